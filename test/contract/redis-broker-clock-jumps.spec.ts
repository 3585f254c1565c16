import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Keys } from '../../src/redis/keys.js';
import { register } from '../support/actors.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { appendMany, newChannel } from './broker-under-test.js';
import { startReadyRedisBroker } from './redis-broker-start.js';

const DAY_MS = 86_400_000;

// Expiry goes by the wall clock of the server: without the slack, ten minutes ahead would forget all.
describeWithRedis('a store whose clock jumps', () => {
  test('keeps what it has: the ids of a channel outlive their window by a day', async () => {
    const { url } = await startRedis();
    const store = new Redis(url);
    register({ name: 'a Redis client', end: () => store.disconnect() });
    const { broker } = await startReadyRedisBroker(url);
    const channel = newChannel();
    await appendMany(broker, channel, 10, { rules: { dedupSeconds: 60, ttlSeconds: 30 } });
    const keys = new Keys('test');
    for (const kind of ['ids', 'idOrder'] as const) {
      const left = await store.pttl(keys.ofChannel(kind, channel));
      expect(left).toBeGreaterThan(DAY_MS + 50_000);
    }
  });
});
