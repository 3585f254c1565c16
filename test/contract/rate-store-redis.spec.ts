import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RedisRateStore } from '../../src/limits/redis/redis-rate-store.js';
import { Keys } from '../../src/redis/keys.js';
import { type ConnectedRedis, connectedRedis } from '../support/connected-redis.js';
import { describeWithRedis } from '../support/requires.js';
import { rateStoreContract } from './rate-store.contract.js';

describeWithRedis('rates in Redis', () => {
  let redis: ConnectedRedis;
  const prefix = randomUUID();
  const instance = (name: string) => new RedisRateStore(redis.client, new Keys(prefix), name);
  const rate = { perSecond: 0.01, burst: 100 };

  beforeAll(async () => {
    redis = await connectedRedis();
  });

  afterAll(() => redis.end());

  rateStoreContract('Redis', async () => {
    const own = await connectedRedis();
    return { store: new RedisRateStore(own.client, new Keys(randomUUID()), 'a'), end: own.end };
  });

  test('instances share a bucket and know how many they are', async () => {
    const bucket = randomUUID();
    expect(await instance('a').lease(bucket, rate, 60)).toMatchObject({ granted: 60, holders: 1 });
    expect(await instance('b').lease(bucket, rate, 60)).toMatchObject({ granted: 40, holders: 2 });
    expect(await instance('a').lease(bucket, rate, 60)).toMatchObject({ granted: 0, holders: 2 });
  });

  test('an instance that has not asked for 5 s counts no more', async () => {
    const bucket = randomUUID();
    await instance('a').lease(bucket, rate, 1);
    const [key = ''] = await redis.client.keys(`*${bucket}`);
    await redis.client.hset(key, 'i:a', Date.now() - 5_001);
    expect((await instance('b').lease(bucket, rate, 1)).holders).toBe(1);
    expect(await redis.client.hexists(key, 'i:a')).toBe(0);
  });

  test('a clock that is set back gives nothing away and locks nobody out', async () => {
    const bucket = randomUUID();
    await instance('a').lease(bucket, rate, 100);
    const [key = ''] = await redis.client.keys(`*${bucket}`);
    await redis.client.hset(key, 'atMs', Date.now() + 3_600_000);
    expect((await instance('a').lease(bucket, rate, 1)).granted).toBe(0);
    const atMs = Number(await redis.client.hget(key, 'atMs'));
    expect(Math.abs(atMs - Date.now())).toBeLessThan(60_000);
  });

  test('a key lives until its bucket is full, and no bucket lives for ever', async () => {
    const [soon, slow, slowest] = [randomUUID(), randomUUID(), randomUUID()];
    await instance('a').lease(soon, { perSecond: 100, burst: 10 }, 10);
    await instance('a').lease(slow, { perSecond: 1, burst: 100 }, 50);
    await instance('a').lease(slowest, { perSecond: 0.000_001, burst: 1_000_000 }, 1_000_000);
    const life = async (bucket: string) =>
      redis.client.pttl((await redis.client.keys(`*${bucket}`))[0] ?? '');
    // Whoever holds a part of it is known for 5 s.
    expect(await life(soon)).toBeGreaterThan(4_000);
    expect(await life(soon)).toBeLessThanOrEqual(6_000);
    expect(await life(slow)).toBeGreaterThan(50_000);
    expect(await life(slow)).toBeLessThanOrEqual(51_000);
    expect(await life(slowest)).toBeLessThanOrEqual(30 * 86_400_000 + 1_000);
  });
});
