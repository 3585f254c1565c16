import { now } from './clock.js';
import type { Latency } from './orders.js';
import type { Stamp } from './stamp.js';

/** Latencies of one stream, in milliseconds. */
interface Samples {
  readonly local: number[];
  readonly remote: number[];
}

/** How late messages came to decoded connections, and what came out of order to any. */
export class Arrivals {
  #samples: Samples[] = [];
  #disorders = 0;
  #first: string | null = null;

  /** How many breaks in the order there were, and the first in words; null when there were none. */
  get disorders(): { readonly count: number; readonly first: string } | null {
    return this.#first === null ? null : { count: this.#disorders, first: this.#first };
  }

  disorder(what: string): void {
    this.#disorders += 1;
    this.#first ??= what;
  }

  /** Notes how late one is. @param isRemote whether it came to another instance than its publisher's */
  note({ stream, dueAt }: Stamp, isRemote: boolean): void {
    const samples = (this.#samples[stream] ??= { local: [], remote: [] });
    (isRemote ? samples.remote : samples.local).push(now() - dueAt);
  }

  clear(): void {
    this.#samples = [];
    this.#disorders = 0;
    this.#first = null;
  }

  latency(stream: number): Latency {
    const { local, remote } = this.#samples[stream] ?? { local: [], remote: [] };
    return latencyOf([...local, ...remote]);
  }

  remoteLatency(stream: number): Latency {
    return latencyOf(this.#samples[stream]?.remote ?? []);
  }
}

function latencyOf(samples: readonly number[]): Latency {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.trunc(sorted.length * share))] ?? 0;
  return {
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
    max: sorted.at(-1) ?? 0,
    samples: sorted.length,
  };
}
