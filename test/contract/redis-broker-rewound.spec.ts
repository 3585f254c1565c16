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

  test('is seen by whoever stood in the lost tail, and before it is marked starts with what is kept', async () => {
    const { broker, channel, lost } = await lostTail();
    const page = await read(broker, channel, { after: lost });
    expect(page.continuity).toBe('rewound');
    expect(page.resumeAt).toEqual(page.facts.floor);
    expect(offsetsOf(page.entries)).toEqual([1, 2, 3]);
  });

  test('is marked by a tear behind the lost offsets, which every reader passes', async () => {
    const { broker, channel, common, between, lost } = await lostTail();
    await broker.follow(channel);
    expect(await broker.fence(channel, [lost, between, common])).toEqual(common);
    for (const after of [common, between, lost]) {
      const page = await read(broker, channel, { after });
      expect(page.continuity).toBe(after === common ? 'continued' : 'rewound');
      expect(page.resumeAt).toEqual(common);
      expect(page.entries.map(({ kind, offset, extra }) => ({ kind, offset, extra }))).toEqual([
        { kind: 't', offset: 6, extra: { tear: [4, 5] } },
      ]);
    }
    const [announced] = await underTest.heard.entriesOf(channel, 1);
    expect(announced?.kind).toBe('t');
  });

  test.each([1, 2, 4])(
    'keeps the %i messages that were published before it was marked, for everybody',
    async (count) => {
      const { broker, channel, common, between, lost } = await lostTail();
      await appendMany(broker, channel, count, { publisher: 'carol' });
      const fork = await broker.fence(channel, [lost, between, common]);
      expect(fork).toEqual(common);
      const published = Array.from({ length: count }, (_, index) => 4 + index);
      const tear = Math.max(5, 3 + count) + 1;
      for (const after of [common, between, lost]) {
        const page = await read(broker, channel, { after });
        expect(page.continuity).toBe(after === common ? 'continued' : 'rewound');
        expect(offsetsOf(page.entries)).toEqual([...published, tear]);
      }
    },
  );

  test('is told from what was published since: whoever stands there goes on', async () => {
    const { broker, channel, common, between, lost } = await lostTail();
    await appendMany(broker, channel, 2, { publisher: 'carol' });
    const renewed = (await read(broker, channel, { after: common })).entries;
    await broker.fence(channel, [lost, between, common]);
    for (const after of renewed) {
      expect((await read(broker, channel, { after })).continuity).toBe('continued');
    }
  });

  test('is fenced once, however many instances saw it', async () => {
    const { broker, channel, common, lost } = await lostTail();
    await broker.fence(channel, [lost, common]);
    const fenced = await topOf(broker, channel);
    await Promise.all([1, 2, 3].map(() => broker.fence(channel, [lost, common])));
    // Not written over either: who has passed the tear would stand in another history.
    expect(await topOf(broker, channel)).toEqual(fenced);
    expect(offsetsOf((await read(broker, channel, { last: 10 })).entries)).toEqual([1, 2, 3, 6]);
  });

  test('is fenced again by who had more of it, and goes on at the same place', async () => {
    const { broker, channel, common, between, lost } = await lostTail();
    await broker.fence(channel, [between, common]);
    expect(await broker.fence(channel, [lost, between, common])).toEqual(common);
    const page = await read(broker, channel, { after: lost });
    expect(page.resumeAt).toEqual(common);
    expect(page.entries.map(({ extra }) => extra.tear)).toEqual([
      [4, 4],
      [4, 5],
    ]);
  });

  test('is marked from the floor by who does not remember where the log was left', async () => {
    const { broker, channel, lost } = await lostTail();
    const { facts } = await read(broker, channel, 'top');
    expect(await broker.fence(channel, [lost])).toEqual(facts.floor);
    const page = await read(broker, channel, { after: lost });
    expect(page.resumeAt).toEqual(facts.floor);
    expect(offsetsOf(page.entries)).toEqual([1, 2, 3, 6]);
  });

  test('gives no lost offset again', async () => {
    const { broker, channel, common, lost } = await lostTail();
    await broker.fence(channel, [lost, common]);
    expect(placeOf(await broker.append(publication(channel))).offset).toBe(7);
  });

  test('is not fenced for a place that is in the log', async () => {
    const { broker } = underTest;
    const channel = newChannel();
    await appendMany(broker, channel, 3);
    const top = await topOf(broker, channel);
    expect(await broker.fence(channel, [top])).toEqual(top);
    expect(offsetsOf((await read(broker, channel, { last: 10 })).entries)).toEqual([1, 2, 3]);
  });

  test('is not looked for in another life of the channel', async () => {
    const { broker, channel, lost } = await lostTail();
    expect(await broker.fence(channel, [{ ...lost, epoch: 'f'.repeat(16) }])).toBeNull();
    expect(offsetsOf((await read(broker, channel, { last: 10 })).entries)).toEqual([1, 2, 3]);
  });
});
