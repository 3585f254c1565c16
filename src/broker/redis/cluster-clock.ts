import { type Clock, systemClock } from '../../kernel/clock.js';
import type { RedisClient } from '../../redis/redis-client.js';

const SAMPLES_KEPT = 8;
/** More than two clocks drift apart while the samples are kept. */
const DRIFT_MS = 50;

interface Sample {
  readonly roundTripMs: number;
  readonly offsetMs: number;
}

/**
 * Follows the Redis `TIME`, so that all instances read one clock. The sample with the shortest round
 * trip is the best one (Cristian's algorithm); the local clock only carries it on, monotonically.
 */
export class ClusterClock {
  #samples: Sample[] = [];
  /** Against the monotonic clock; null before the first sample. */
  #offsetMs: number | null = null;

  constructor(
    private readonly client: Pick<RedisClient, 'time'>,
    private readonly local: Clock = systemClock,
  ) {}

  /** Whole milliseconds; the local time of day until Redis has told its own. */
  now(): number {
    return this.#offsetMs === null
      ? this.local.now()
      : Math.floor(this.local.monotonic() + this.#offsetMs);
  }

  /** Takes one sample; rejects when Redis does not answer. */
  async sample(): Promise<void> {
    const sentAt = this.local.monotonic();
    const [seconds, micros] = await this.client.time();
    const receivedAt = this.local.monotonic();
    const remoteMs = Number(seconds) * 1000 + Number(micros) / 1000;
    const sample = {
      roundTripMs: receivedAt - sentAt,
      offsetMs: remoteMs - (sentAt + receivedAt) / 2,
    };
    // A clock that was set has another time than the best sample can explain, however short its way was.
    this.#samples = this.#samples.filter((known) => agree(known, sample));
    this.#samples.push(sample);
    if (this.#samples.length > SAMPLES_KEPT) this.#samples.shift();
    const best = this.#samples.reduce((a, b) => (b.roundTripMs < a.roundTripMs ? b : a));
    this.#offsetMs = best.offsetMs;
  }

  /** Another server may have another time: what was learned from the last one is forgotten. */
  forget(): void {
    this.#samples = [];
  }
}

/** Each is off by half its round trip at most. */
function agree(one: Sample, other: Sample): boolean {
  const errorMs = (one.roundTripMs + other.roundTripMs) / 2 + DRIFT_MS;
  return Math.abs(one.offsetMs - other.offsetMs) <= errorMs;
}
