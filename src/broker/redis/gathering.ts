/** So many times in a row nothing joined what was held: holding does not pay. */
const LONELY_MAX = 3;
/** Then so many go at once before it is tried again. */
const REST = 64;
/** What did not call for so many windows is forgotten: it begins anew. */
const STALE_WINDOWS = 20;

/**
 * Whether it pays to hold what comes, so that more of it shares one call. Holding is only done in the
 * wake of a call, never for longer than the window after it, and not for a while once it has gathered too
 * little: a publisher that awaits each answer before it goes on is not slowed.
 */
export class Gathering {
  #sentAt = Number.NEGATIVE_INFINITY;
  #lonely = 0;
  #rest = 0;

  constructor(
    private readonly windowMs: number,
    /** Fewer than so many in one call were not worth their wait. */
    private readonly worth: number,
  ) {}

  /** How long what comes now may be held, in milliseconds; 0: not at all. */
  room(now: number): number {
    return this.#rest > 0 ? 0 : Math.max(0, this.#sentAt + this.windowMs - now);
  }

  isStale(now: number): boolean {
    return now - this.#sentAt > this.windowMs * STALE_WINDOWS;
  }

  /** What was held goes now, so many together. */
  sentHeld(now: number, count: number): void {
    this.#sentAt = now;
    this.#lonely = count < this.worth ? this.#lonely + 1 : 0;
    if (this.#lonely < LONELY_MAX) return;
    this.#lonely = 0;
    this.#rest = REST;
  }

  /** Something went without having been held. */
  sentAtOnce(now: number): void {
    this.#sentAt = now;
    if (this.#rest > 0) this.#rest -= 1;
  }
}
