import type { Latency } from './orders.js';
import { stampOf } from './stamp.js';

/** Latencies of one stream, in milliseconds. */
interface Samples {
  readonly local: number[];
  readonly remote: number[];
}

/** What the decoded connections saw: how late messages came, and whether in order. */
export class Arrivals {
  #samples: Samples[] = [];
  #disorders: string[] = [];

  /** @param mayLose whether numbers may be left out, as long as none comes late or twice */
  constructor(private readonly mayLose: boolean) {}

  /** Each break in the order, in words. */
  get disorders(): readonly string[] {
    return this.#disorders;
  }

  /**
   * Notes one message.
   *
   * @param last the number of the last one by channel, of the connection that it came to
   * @param isRemote whether that connection is at another instance than the channel's publisher
   */
  note(data: unknown, last: Map<number, number>, isRemote: (channel: number) => boolean): void {
    const stamp = stampOf(data);
    if (!stamp) {
      this.#disorders.push('a message without its stamp');
      return;
    }
    const { number, channel, stream, dueAt } = stamp;
    const before = last.get(channel) ?? -1;
    if (this.mayLose ? number <= before : number !== before + 1)
      this.#disorders.push(`message ${number} after ${before} in channel ${channel}`);
    last.set(channel, number);
    const samples = (this.#samples[stream] ??= { local: [], remote: [] });
    (isRemote(channel) ? samples.remote : samples.local).push(performance.now() - dueAt);
  }

  clear(): void {
    this.#samples = [];
    this.#disorders = [];
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
