/** Work goes on for this long before the event loop gets its turn, in milliseconds. */
export const SLICE_MS = 2;
/** The same while something more urgent is near. */
export const SHORT_SLICE_MS = 0.5;
/** Steps between two looks at the clock. */
const LOOK_EVERY = 16;

/** A stretch of work that must not hold up the event loop: asked after each piece whether it is over. */
export class Slice {
  readonly #begun: number;
  #lookedAt: number;
  #steps = 0;

  /** `now`: milliseconds on the monotonic clock; `ms`: how long it may be. */
  constructor(
    private readonly now: () => number,
    private readonly ms = SLICE_MS,
  ) {
    this.#begun = now();
    this.#lookedAt = this.#begun;
  }

  /** The last look at the clock. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  /** How long it took up to there. */
  get tookMs(): number {
    return this.#lookedAt - this.#begun;
  }

  /** Looks once more: how long it took in all. */
  ended(): number {
    this.#lookedAt = this.now();
    return this.tookMs;
  }

  /** `steps`: how many usual ones the last piece was worth. */
  isOver(steps = 1): boolean {
    this.#steps += steps;
    if (this.#steps < LOOK_EVERY) return false;
    this.#steps = 0;
    this.#lookedAt = this.now();
    return this.tookMs >= this.ms;
  }
}
