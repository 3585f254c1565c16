/** Work goes on for this long before the event loop gets its turn, in milliseconds. */
export const SLICE_MS = 1;
/** While something more urgent waits for that. */
export const SHORT_SLICE_MS = 0.5;
/** Steps between two looks at the clock. */
const LOOK_EVERY = 16;

/** A stretch of work that must not hold up the event loop: asked after each piece whether it is over. */
export class Slice {
  readonly begun: number;
  #steps = 0;

  /** `now`: milliseconds on the monotonic clock; `ms`: how long it may be. */
  constructor(
    private readonly now: () => number,
    private readonly ms = SLICE_MS,
  ) {
    this.begun = now();
  }

  /** `steps`: how many usual ones the last piece was worth. */
  isOver(steps = 1): boolean {
    this.#steps += steps;
    if (this.#steps < LOOK_EVERY) return false;
    this.#steps = 0;
    return this.now() - this.begun >= this.ms;
  }
}
