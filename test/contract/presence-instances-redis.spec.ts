import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { RedisPresenceStore } from '../../src/presence/redis/redis-presence-store.js';
import { Keys } from '../../src/redis/keys.js';
import { type ConnectedRedis, connectedRedis } from '../support/connected-redis.js';
import { eventually } from '../support/eventually.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { lobby, PresenceCluster, sessionOf } from '../unit/presence/presence-cluster.js';

describeWithRedis('presence of instances that share a Redis', () => {
  let redis: ConnectedRedis;
  let keys: Keys;
  let cluster: PresenceCluster;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    redis = await connectedRedis();
  });

  afterAll(() => redis.end());

  beforeEach(() => {
    keys = new Keys(randomUUID());
    cluster = new PresenceCluster(new RedisPresenceStore(redis.client, keys));
  });

  test('a killed instance leaves no member and no key behind', async () => {
    const a = await cluster.instance('a');
    const b = await cluster.instance('b');
    const users = Array.from({ length: 600 }, (_, index) => `user-${index}`);
    await Promise.all(users.map((user) => a.enter(sessionOf(user))));
    await b.enter(sessionOf('user-7'));
    cluster.kill('a');
    await cluster.pass(10);

    const left = cluster.told.filter((it) => it.startsWith('leave'));
    const expected = users.filter((user) => user !== 'user-7').map((user) => `leave ${user}`);
    expect(left.sort()).toEqual(expected.sort());
    expect((await b.members(lobby)).members).toMatchObject([{ user: 'user-7', clients: 1 }]);
    expect(await redis.client.keys('*:ph:a.*')).toEqual([]);
    expect(await redis.client.keys('*partitions:a.*')).toEqual([]);
    expect(await redis.client.zcard(keys.ofCluster('presence', 'lapsed'))).toBe(0);
  });

  test('a Redis that comes back empty gets everybody who stays', async () => {
    const a = await cluster.instance('a');
    await a.enter(sessionOf('ann'));
    redis.server.kill('SIGKILL');
    await redis.server.stop();
    await a.enter(sessionOf('bob'));
    await expect(a.members(lobby)).rejects.toMatchObject({ code: 'unavailable' });

    await startRedis({ port: redis.server.port });
    await eventually('the client is back', () => redis.client.status === 'ready');
    await cluster.pass(3);
    const { members } = await a.members(lobby);
    expect(members.map(({ user }) => user).sort()).toEqual(['ann', 'bob']);
    await cluster.pass(20);
    expect(cluster.told.filter((it) => it.startsWith('leave'))).toEqual([]);
  });
});
