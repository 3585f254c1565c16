import type { Latency } from './orders.js';
import { stampOf } from './stamp.js';

/** What the decoded connections saw: how late messages came, and whether in order. */
export class Arrivals {
  #latencies: number[] = [];
  #disorders: string[] = [];

  /** Each break in the order, in words. */
  get disorders(): readonly string[] {
    return this.#disorders;
  }

  /** Notes one message; `after` is the number of the one before it. Returns its own number. */
  note(data: unknown, after: number): number {
    const stamp = stampOf(data);
    if (!stamp) {
      this.#disorders.push('a message without its stamp');
      return after + 1;
    }
    if (stamp.number !== after + 1) this.#disorders.push(`message ${stamp.number} after ${after}`);
    this.#latencies.push(performance.now() - stamp.dueAt);
    return stamp.number;
  }

  clear(): void {
    this.#latencies = [];
    this.#disorders = [];
  }

  latency(): Latency {
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.trunc(sorted.length * share))] ?? 0;
    return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0, samples: sorted.length };
  }
}
