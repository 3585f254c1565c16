import type { RateConfig } from '../../config/config.js';
import { type Keys, partitionOf } from '../../redis/keys.js';
import { orUnavailable } from '../../redis/or-unavailable.js';
import type { RedisClient } from '../../redis/redis-client.js';
import type { Lease, RateStore } from '../rate-store.port.js';
import { leaseScript } from './rate-scripts.js';

/** The letter of a bucket in a key. */
const KIND = 'r';

/** The buckets that the instances on one Redis share, spread over the partitions. */
export class RedisRateStore implements RateStore {
  readonly holding = 0.25;

  constructor(
    private readonly client: RedisClient,
    private readonly keys: Keys,
    private readonly instance: string,
  ) {}

  async lease(name: string, rate: RateConfig, wanted: number): Promise<Lease> {
    const bucket = this.keys.ofPartition(KIND, partitionOf(name), name);
    const { perSecond, burst } = rate;
    const args = { perSecond, burst, wanted, instance: this.instance };
    const [granted, thousandths, holders] = await orUnavailable(() =>
      leaseScript(this.client, { bucket }, args),
    );
    return { granted, left: thousandths / 1000, holders };
  }
}
