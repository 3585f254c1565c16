import type { DialectChoice } from '../load/dialects.js';
import type { Core } from '../processes/child.js';
import { type PrivateRedis, startRedis } from '../processes/redis.js';
import type { Instance, RunningPeer } from './peer.js';

export interface Backed {
  readonly name: string;
  readonly dialect: DialectChoice;
  readonly instances: number;
  readonly redisCore: Core;
  startOne(redisUrl: string, index: number): Promise<Instance>;
  /** After everything has ended. */
  cleanUp?(): void;
}

/** Some instances of one server on a Redis of their own. */
export async function startOnRedis(backed: Backed): Promise<RunningPeer> {
  const { name, dialect } = backed;
  const redis = await startRedis(backed.redisCore);
  const instances: Instance[] = [];
  try {
    // One after the other: they share a core.
    for (let index = 0; index < backed.instances; index += 1)
      instances.push(await backed.startOne(redis.url, index));
  } catch (error) {
    await stopAll(instances, redis);
    throw error;
  }
  return {
    name,
    dialect,
    instances,
    redisPid: redis.child.pid,
    check: () => {
      for (const { child } of instances) child.check();
      redis.child.check();
    },
    stop: async () => {
      await stopAll(instances, redis);
      backed.cleanUp?.();
    },
  };
}

async function stopAll(instances: readonly Instance[], redis: PrivateRedis): Promise<void> {
  await Promise.all(instances.map(({ child }) => child.stop()));
  await redis.stop();
}
