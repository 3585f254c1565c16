/** So many times in a row holding did not pay. */
const IN_VAIN_MAX = 5;
/** Then so many go at once before it is tried again. */
const REST = 64;
/** What did not call for so many windows is forgotten: it begins anew. */
const STALE_WINDOWS = 20;
/** Of the window: publishers that await their answers are all back before it, and nothing comes behind them. */
const EARLY = 0.5;

/**
 * Whether it pays to hold what comes, so that more of it shares one call. Holding is only done in the
 * wake of a call, and not for a while once it was in vain: because too little was gathered, or because
 * what was held came early and then nothing more, as from publishers that await each answer. Those are
 * not slowed, but for a few tries.
 */
export class Gathering {
  #sentAt = Number.NEGATIVE_INFINITY;
  #inVain = 0;
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

  /** What was held since some time goes now, so many together, of which the last came at `lastAt`. */
  sentHeld(now: number, count: number, lastAt: number, since = this.#sentAt): void {
    const isWorthIt = count >= this.worth && lastAt - since >= this.windowMs * EARLY;
    this.#sentAt = now;
    this.#inVain = isWorthIt ? 0 : this.#inVain + 1;
    if (this.#inVain < IN_VAIN_MAX) return;
    this.#inVain = 0;
    this.#rest = REST;
  }

  /** Something went without having been held. */
  sentAtOnce(now: number): void {
    this.#sentAt = now;
    if (this.#rest > 0) this.#rest -= 1;
  }
}
