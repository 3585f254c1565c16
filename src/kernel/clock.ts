/** Time as the code asks for it, so that a test can hold it in its hand. */
export interface Clock {
  /** Milliseconds since 1970; may jump. */
  now(): number;
  /** Milliseconds that only ever grow; for durations and deadlines. */
  monotonic(): number;
}

export const CLOCK = Symbol('Clock');

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
