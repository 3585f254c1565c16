import type { RateConfig } from '../config/config.js';

/** Tokens of a shared bucket that one instance may spend by itself. */
export interface Lease {
  /** Whole tokens, at most as many as were wanted; fewer only when the bucket is empty now. */
  readonly granted: number;
  /** What the bucket holds after that; may be a fraction. */
  readonly left: number;
  /** Instances that took from the bucket in the last seconds, this one included. */
  readonly holders: number;
}

/** The buckets that sessions and instances share. A bucket begins full and fills by its rate. */
export interface RateStore {
  /**
   * The share of a burst that one instance may hold unspent, so that a publish need not wait for the
   * store. 0: asking costs nothing, nothing is held, and the bucket is exact.
   */
  readonly holding: number;

  /**
   * Takes up to `wanted` tokens, a whole number from 1 to the burst.
   *
   * Settles in bounded time; rejects with `unavailable` when the store does not answer, and then the
   * tokens may be gone or not.
   */
  lease(bucket: string, rate: RateConfig, wanted: number): Promise<Lease>;
}

export const RATE_STORE = Symbol('RateStore');
