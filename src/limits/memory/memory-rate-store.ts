import type { RateConfig } from '../../config/config.js';
import type { Clock } from '../../kernel/clock.js';
import { RecentMap } from '../../kernel/recent-map.js';
import type { Lease, RateStore } from '../rate-store.port.js';
import { TokenBucket } from '../token-bucket.js';

/** Buckets that are not full; beyond, the one that was used least recently counts as full again. */
const BUCKETS = 100_000;

/** The buckets of one instance. */
export class MemoryRateStore implements RateStore {
  readonly holding = 0;
  readonly #buckets: RecentMap<TokenBucket>;

  constructor(private readonly clock: Clock) {
    // A full bucket is what a new one would be.
    this.#buckets = new RecentMap(BUCKETS, (bucket) => bucket.isFull(this.clock.monotonic()));
  }

  async lease(name: string, rate: RateConfig, wanted: number): Promise<Lease> {
    const nowMs = this.clock.monotonic();
    const bucket = this.#buckets.use(name, () => new TokenBucket(rate, nowMs));
    const granted = bucket.takeUpTo(wanted, nowMs);
    return { granted, left: bucket.level(nowMs), holders: 1 };
  }
}
