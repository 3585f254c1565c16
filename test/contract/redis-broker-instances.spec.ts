import { beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Keys } from '../../src/redis/keys.js';
import { register } from '../support/actors.js';
import { eventually } from '../support/eventually.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import {
  appendMany,
  newChannel,
  offsetsOf,
  publication,
  read,
  textsOf,
  topOf,
} from './broker-under-test.js';
import { type RedisBrokerUnderTest, startReadyRedisBroker } from './redis-broker-start.js';

describeWithRedis('brokers of several instances over one Redis', () => {
  const keys = new Keys('test');
  let one: RedisBrokerUnderTest;
  let other: RedisBrokerUnderTest;
  let store: Redis;

  beforeAll(async () => {
    const { url } = await startRedis();
    [one, other] = await Promise.all([startReadyRedisBroker(url), startReadyRedisBroker(url)]);
    store = new Redis(url);
    register({ name: 'a Redis client', end: () => store.disconnect() });
  });

  test('hear the same entries in the same order, whoever publishes', async () => {
    const channel = newChannel();
    await Promise.all([one.broker.follow(channel), other.broker.follow(channel)]);
    await Promise.all([
      appendMany(one.broker, channel, 50),
      appendMany(other.broker, channel, 50, { publisher: 'bob' }),
    ]);
    const heard = await one.heard.entriesOf(channel, 100);
    expect(await other.heard.entriesOf(channel, 100)).toEqual(heard);
    expect(offsetsOf(heard)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect((await read(other.broker, channel, { last: 100 })).entries).toEqual(heard);
  });

  test('store an id once when both publish it at the same time', async () => {
    const channel = newChannel();
    const wish = publication(channel, { id: 'a' });
    const appended = await Promise.all(
      [one, other, one, other].map(({ broker }) => broker.append(wish)),
    );
    expect(appended.map(({ outcome }) => outcome).sort()).toEqual([
      'duplicate',
      'duplicate',
      'duplicate',
      'stored',
    ]);
    expect((await topOf(one.broker, channel)).offset).toBe(1);
  });

  test('tell that something critical will come, where it was published and until it has', async () => {
    const channel = newChannel();
    await one.broker.append(publication(channel));
    expect(one.broker.isUrgentNear()).toBe(false);
    const appending = one.broker.append({ ...publication(channel), lane: 0 });
    expect([one.broker.isUrgentNear(), other.broker.isUrgentNear()]).toEqual([true, false]);
    await appending;
    expect(one.broker.isUrgentNear()).toBe(false);
  });

  test('give the same position to an empty channel', async () => {
    const channel = newChannel();
    const [here, there] = await Promise.all([
      topOf(one.broker, channel),
      topOf(other.broker, channel),
    ]);
    expect(there.epoch).toBe(here.epoch);
    await one.broker.append(publication(channel));
    expect((await read(other.broker, channel, { after: here })).continuity).toBe('continued');
  });

  test('are told of each other by one clock', () => {
    expect(Math.abs(one.broker.now() - other.broker.now())).toBeLessThan(50);
  });

  test('leave no key without an expiry, but the lives of the partitions', async () => {
    const [channel, purged] = [newChannel(), newChannel()];
    await appendMany(one.broker, channel, 20, { rules: { size: 5 } });
    await appendMany(one.broker, purged, 3);
    await one.broker.purge(purged);
    await one.broker.append(publication(purged));
    await topOf(one.broker, newChannel());
    const names = await store.keys('*');
    const expiries = await Promise.all(names.map((name) => store.pttl(name)));
    const lasting = names.filter((_, index) => (expiries[index] ?? -1) < 0);
    expect(names.length).toBeGreaterThan(lasting.length);
    expect(lasting.filter((name) => !name.endsWith(':life'))).toEqual([]);
  });

  test('pass over what a newer version says, and count it', async () => {
    const channel = newChannel();
    await one.broker.follow(channel);
    await store.publish(keys.ofChannel('bus', channel), '2 something else');
    await one.broker.append(publication(channel, { text: 'known' }));
    expect(textsOf(await one.heard.entriesOf(channel, 1))).toEqual(['known']);
    expect(one.foreign()).toBe(1);
  });

  // A failover to a replica that lagged: what it lacks was handed on already, and is gone.
  test('tell every reader of a tail that was lost, and give no lost offset again', async () => {
    const channel = newChannel();
    await one.broker.follow(channel);
    await appendMany(one.broker, channel, 2);
    const second = await topOf(one.broker, channel);
    const names = [keys.ofChannel('meta', channel), keys.ofChannel('log', channel)];
    const lagging = await Promise.all(names.map((name) => store.dumpBuffer(name)));
    await appendMany(one.broker, channel, 2, { publisher: 'bob' });
    const third = (await read(one.broker, channel, { after: second })).entries[0] ?? second;
    const fourth = await topOf(one.broker, channel);
    for (const [index, name] of names.entries()) {
      await store.restore(name, 60_000, lagging[index] ?? '', 'REPLACE');
    }
    const lost = await read(one.broker, channel, { after: fourth });
    // Nothing marks it yet, so nothing tells how much of what is kept the reader has had.
    expect(lost.continuity).toBe('rewound');
    expect(offsetsOf(lost.entries)).toEqual([1, 2]);

    await Promise.all([
      one.broker.fence(channel, [fourth, third, second]),
      other.broker.fence(channel, [fourth, third, second]),
      one.broker.fence(channel, [fourth, third, second]),
    ]);
    const top = await topOf(one.broker, channel);
    expect(top.offset).toBe(5);
    for (const after of [second, third, fourth]) {
      const page = await read(other.broker, channel, { after });
      expect(page.continuity).toBe(after === second ? 'continued' : 'rewound');
      expect(page.resumeAt).toEqual(second);
      expect(page.entries).toMatchObject([{ kind: 't', offset: 5, extra: { tear: [3, 4] } }]);
    }
    expect(await one.broker.append(publication(channel))).toMatchObject({ offset: 6 });
    await eventually('the tear is announced', () =>
      one.heard.of(channel).some(({ kind, offset }) => kind === 't' && offset === 5),
    );
    const backward = await read(one.broker, channel, { last: 10 });
    expect(offsetsOf(backward.entries)).toEqual([1, 2, 5, 6]);
  });
});
