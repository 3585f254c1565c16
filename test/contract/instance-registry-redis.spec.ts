import { randomUUID } from 'node:crypto';
import { RedisInstanceRegistry } from '../../src/cluster/redis/redis-instance-registry.js';
import { Keys } from '../../src/redis/keys.js';
import { describeWithRedis } from '../support/requires.js';
import { connectedRedis } from '../support/connected-redis.js';
import { instanceRegistryContract } from './instance-registry.contract.js';

describeWithRedis('instances in Redis', () => {
  instanceRegistryContract('Redis', async () => {
    const { client, end } = await connectedRedis();
    return { registry: new RedisInstanceRegistry(client, new Keys(randomUUID())), end };
  });
});
