import type { RateConfig } from '../config/config.js';

export type Taking =
  | { readonly granted: true }
  /** `waitMs`: how long until the same would be granted if nothing else is taken. */
  | { readonly granted: false; readonly waitMs: number };

export const GRANTED: Taking = { granted: true };

/**
 * A token that lacks less than this is whole: fractions of milliseconds do not add up exactly, and
 * whoever waited as long as told must be granted. What lacked is owed, so it never adds up either.
 */
const ROUNDING = 0.001;

/** What adding fractions leaves over; it must not make a wait a millisecond longer. */
const DUST = 1e-9;

/** A bucket that refills with time and begins full, or with fewer tokens. Time is handed in and only ever grows. */
export class TokenBucket {
  #tokens: number;
  #atMs: number;

  constructor(
    private readonly rate: RateConfig,
    nowMs: number,
    tokens = rate.burst,
  ) {
    this.#tokens = Math.min(tokens, rate.burst);
    this.#atMs = nowMs;
  }

  /**
   * Takes `cost` tokens or none.
   *
   * @throws RangeError for a cost above the burst, which no wait would ever make possible
   */
  take(cost: number, nowMs: number): Taking {
    const { perSecond, burst } = this.rate;
    if (!(cost > 0 && cost <= burst)) throw new RangeError(`cost ${cost} of a burst of ${burst}`);
    this.#refill(nowMs);
    if (this.#tokens + ROUNDING >= cost) {
      this.#tokens -= cost;
      return GRANTED;
    }
    return { granted: false, waitMs: waitMs(cost - this.#tokens, perSecond) };
  }

  /** Takes as many whole tokens as there are, at most `most`; returns how many. */
  takeUpTo(most: number, nowMs: number): number {
    this.#refill(nowMs);
    const taken = Math.max(0, Math.min(most, Math.floor(this.#tokens + ROUNDING)));
    this.#tokens -= taken;
    return taken;
  }

  /** The tokens that it holds, fractions included. */
  level(nowMs: number): number {
    this.#refill(nowMs);
    return this.#tokens;
  }

  isFull(nowMs: number): boolean {
    return this.level(nowMs) >= this.rate.burst;
  }

  #refill(nowMs: number): void {
    const elapsedMs = nowMs - this.#atMs;
    if (elapsedMs <= 0) return;
    this.#atMs = nowMs;
    const refill = (elapsedMs / 1000) * this.rate.perSecond;
    this.#tokens = Math.min(this.rate.burst, this.#tokens + refill);
  }
}

/** Whole milliseconds until so many tokens have come back; at least 1. */
export function waitMs(lacking: number, perSecond: number): number {
  return Math.max(1, Math.ceil(((lacking - DUST) / perSecond) * 1000));
}
