import { z } from 'zod';
import type { Instance } from '../../protocol/admin/instance.js';
import type { Keys } from '../../redis/keys.js';
import { orUnavailable } from '../../redis/or-unavailable.js';
import type { RedisClient } from '../../redis/redis-client.js';
import type { AnnouncementTimes, InstanceRegistry } from '../instance-registry.port.js';
import { announceScript, listScript, withdrawScript } from './instance-scripts.js';

/** Loose: an instance of a newer version may tell more of itself than this one knows. */
const record = z.object({
  id: z.string(),
  version: z.string(),
  startedAt: z.number(),
  sessions: z.number(),
  channels: z.number(),
  loopDelayMs: z.number(),
  outboxBytes: z.number(),
  state: z.enum(['starting', 'ready', 'degraded', 'draining']),
});

/** The instances that share a Redis. */
export class RedisInstanceRegistry implements InstanceRegistry {
  constructor(
    private readonly client: RedisClient,
    private readonly keys: Keys,
  ) {}

  async announce(instance: Instance, { nowMs, untilMs }: AnnouncementTimes): Promise<void> {
    const args = { id: instance.id, record: JSON.stringify(instance), nowMs, untilMs };
    await orUnavailable(() => announceScript(this.client, this.#keys(), args));
  }

  async withdraw(id: string): Promise<void> {
    await orUnavailable(() => withdrawScript(this.client, this.#keys(), { id }));
  }

  async list(nowMs: number): Promise<Instance[]> {
    const listed = await orUnavailable(() => listScript(this.client, this.#keys(), { nowMs }));
    return listed.map((text) => record.parse(JSON.parse(text)));
  }

  #keys() {
    return {
      records: this.keys.ofCluster('instances', 'records'),
      expiries: this.keys.ofCluster('instances', 'expiries'),
    };
  }
}
