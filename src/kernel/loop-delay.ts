import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

/** How often the loop is probed; the probe's own period is part of what the histogram shows. */
const RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

/** How late the event loop runs, over the time since it was last asked, and what it puts off. */
export class LoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  #longestWaitMs = 0;

  start(): void {
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** Something waited so long for its turn, though the loop itself was in time. */
  waited(ms: number): void {
    this.#longestWaitMs = Math.max(this.#longestWaitMs, ms);
  }

  /** The 99th percentile in milliseconds since the last call, or the longest wait, whichever is more; 0 before the first probe. */
  takeP99Ms(): number {
    const p99Ms = this.#histogram.count === 0 ? 0 : this.#histogram.percentile(99) / NS_PER_MS;
    const waitMs = this.#longestWaitMs;
    this.#histogram.reset();
    this.#longestWaitMs = 0;
    return Math.round(Math.max(0, p99Ms - RESOLUTION_MS, waitMs) * 10) / 10;
  }
}
