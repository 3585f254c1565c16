import { randomUUID } from 'node:crypto';
import { RedisPresenceStore } from '../../src/presence/redis/redis-presence-store.js';
import { Keys } from '../../src/redis/keys.js';
import { describeWithRedis } from '../support/requires.js';
import { presenceStoreContract } from './presence-store.contract.js';
import { connectedRedis } from '../support/connected-redis.js';

describeWithRedis('presence in Redis', () => {
  presenceStoreContract('Redis', async () => {
    const { client, end } = await connectedRedis();
    return { store: new RedisPresenceStore(client, new Keys(randomUUID())), end };
  });
});
