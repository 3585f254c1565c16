/** How much the newest delay counts: two bad looks in a row shut the gate, a single pause does not. */
const WEIGHT = 0.3;

/** Of the bound; a longer delay counts as this much, so that one long stall is soon forgotten. */
const SPIKE = 2;

/** Of the bound; the gate opens again below it, so that it does not flutter around the bound. */
const REOPEN = 0.5;

/** Shuts while the event loop runs late, by a moving average of what is observed. */
export class LagGate {
  #averageMs = 0;
  #isShut = false;

  /** @param boundMs 0: it never shuts */
  constructor(private readonly boundMs: number) {}

  get isShut(): boolean {
    return this.#isShut;
  }

  /** Takes in one look at the loop's delay; returns whether that shut or opened the gate. */
  observe(delayMs: number): boolean {
    if (this.boundMs === 0) return false;
    const seenMs = Math.min(delayMs, this.boundMs * SPIKE);
    this.#averageMs += WEIGHT * (seenMs - this.#averageMs);
    const wasShut = this.#isShut;
    this.#isShut = this.#averageMs > (wasShut ? this.boundMs * REOPEN : this.boundMs);
    return this.#isShut !== wasShut;
  }
}
