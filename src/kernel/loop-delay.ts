import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

/** How often the loop is probed; the probe's own period is part of what the histogram shows. */
const RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

/** How late the event loop runs, over the time since it was last asked. */
export class LoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** The 99th percentile in milliseconds since the last call; 0 before the first probe. */
  takeP99Ms(): number {
    const p99Ms = this.#histogram.count === 0 ? 0 : this.#histogram.percentile(99) / NS_PER_MS;
    this.#histogram.reset();
    return Math.max(0, Math.round((p99Ms - RESOLUTION_MS) * 10) / 10);
  }
}
