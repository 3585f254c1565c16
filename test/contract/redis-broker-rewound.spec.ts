import { beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { register } from '../support/actors.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import {
  appendMany,
  newChannel,
  offsetsOf,
  placeOf,
  publication,
  read,
  topOf,
} from './broker-under-test.js';
import { type RedisBrokerUnderTest, startReadyRedisBroker } from './redis-broker-start.js';

/** Puts every key back to what it was: what a failover to a replica that lagged behind does. */
async function snapshotOf(client: Redis): Promise<() => Promise<void>> {
  const names = await client.keys('*');
  const dumps = await Promise.all(names.map((name) => client.dumpBuffer(name)));
  return async () => {
    await client.flushall();
    for (const [index, name] of names.entries()) {
      const dump = dumps[index];
      if (dump) await client.restore(name, 0, dump);
    }
  };
}

describeWithRedis('a log whose tail was lost in a failover', () => {
  let client: Redis;
  let underTest: RedisBrokerUnderTest;

  beforeAll(async () => {
    const { url } = await startRedis();
    client = new Redis(url);
    register({ name: 'a Redis client', end: () => client.disconnect() });
    underTest = await startReadyRedisBroker(url);
  });

  /** Three messages that stay and two that are lost; the place of the last lost one. */
  async function lostTail() {
    const { broker } = underTest;
    const channel = newChannel();
    await appendMany(broker, channel, 3);
    const common = await topOf(broker, channel);
    const rewind = await snapshotOf(client);
    await appendMany(broker, channel, 2);
    const lost = await topOf(broker, channel);
    const between = (await read(broker, channel, { after: common })).entries[0];
    if (!between) throw new Error('nothing was appended');
    await rewind();
    return { broker, channel, common, between, lost };
  }

  test('is seen by whoever stood in the lost tail, who goes on at what is there', async () => {
    const { broker, channel, common, lost } = await lostTail();
    const page = await read(broker, channel, { after: lost });
    expect(page.continuity).toBe('rewound');
    expect(page.resumeAt).toEqual(common);
    expect(page.entries).toEqual([]);
  });

  test('is marked by a tear behind the lost offsets, which every reader passes', async () => {
    const { broker, channel, common, between, lost } = await lostTail();
    await broker.follow(channel);
    await broker.fence(channel, lost);
    for (const after of [common, between, lost]) {
      const page = await read(broker, channel, { after });
      expect(page.continuity).toBe('continued');
      expect(page.entries.map(({ kind, offset, extra }) => ({ kind, offset, extra }))).toEqual([
        { kind: 't', offset: 6, extra: { tear: [4, 5] } },
      ]);
    }
    const [announced] = await underTest.heard.entriesOf(channel, 1);
    expect(announced?.kind).toBe('t');
  });

  test('is fenced once, however many instances saw it', async () => {
    const { broker, channel, lost } = await lostTail();
    await Promise.all([1, 2, 3].map(() => broker.fence(channel, lost)));
    expect(offsetsOf((await read(broker, channel, { last: 10 })).entries)).toEqual([1, 2, 3, 6]);
  });

  test('gives no lost offset again', async () => {
    const { broker, channel, lost } = await lostTail();
    await broker.fence(channel, lost);
    expect(placeOf(await broker.append(publication(channel))).offset).toBe(7);
  });

  test('is not fenced for a place that is in the log', async () => {
    const { broker } = underTest;
    const channel = newChannel();
    await appendMany(broker, channel, 3);
    await broker.fence(channel, await topOf(broker, channel));
    expect(offsetsOf((await read(broker, channel, { last: 10 })).entries)).toEqual([1, 2, 3]);
  });
});
