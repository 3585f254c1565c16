import { expect, jest, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { Appender } from '../../../src/broker/redis/appender.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { Keys, partitionOf } from '../../../src/redis/keys.js';
import type { RedisClient } from '../../../src/redis/redis-client.js';
import { slotOf } from '../../../src/redis/slots.js';
import { newChannel, placeOf, publication } from '../../contract/broker-under-test.js';
import { stored } from './append-calls.js';
import { HeldClient } from './held-client.js';
import { MovingCluster } from './moving-cluster.js';

function appenderOn(client: HeldClient | MovingCluster): Appender {
  return new Appender({
    // Only what the appender calls.
    client: client as unknown as RedisClient,
    keys: new Keys('test'),
    isSharded: true,
    replicas: 0,
    joinWindowMs: 0,
  });
}

function slotOfChannel(channel: ChannelName): number {
  return slotOf(String(partitionOf(channel)));
}

function start() {
  const client = new HeldClient();
  const appender = appenderOn(client);
  const channel = newChannel();
  const append = async (id: string, lane: 0 | 2 = 2) => {
    const appended = appender.append({ ...publication(channel, { id }), lane });
    await nextTurn();
    return { appended };
  };
  const moveTo = (node: string) => {
    client.slots[slotOfChannel(channel)] = [node];
  };
  return { client, appender, append, moveTo };
}

test.each(['MOVED 7 b:1', 'ASK 7 b:1', 'TRYAGAIN Multiple keys request during rehashing of slot'])(
  'what comes after a call that was turned away with "%s" stays behind it',
  async (message) => {
    const { client, append, moveTo } = start();
    const first = await append('first');
    const second = await append('second');
    client.calls[0]?.fail(message);
    moveTo('b:1');
    const third = await append('third');
    const urgent = await append('urgent', 0);
    expect(client.sent).toEqual(['EVALSHA first', 'EVALSHA second']);

    client.calls[1]?.fail(message);
    await nextTurn();
    // One after another: each may be led elsewhere.
    expect(client.sent.slice(2)).toEqual(['EVALSHA first']);
    client.calls[2]?.answer([stored(1)]);
    await nextTurn();
    expect(client.sent.slice(3)).toEqual(['EVALSHA second']);
    client.calls[3]?.answer([stored(2)]);
    await nextTurn();
    expect(client.sent.slice(4)).toEqual(['EVALSHA third,urgent']);
    client.calls[4]?.answer([stored(3), stored(4)]);
    const all = await Promise.all([first, second, third, urgent].map(({ appended }) => appended));
    expect(all.map((one) => placeOf(one).offset)).toEqual([1, 2, 3, 4]);
  },
);

test('nothing leaves for another node while something is under way to the one before', async () => {
  const { client, append, moveTo } = start();
  await append('first');
  moveTo('b:1');
  await append('second');
  await append('urgent', 0);
  expect(client.sent).toEqual(['EVALSHA first']);
  client.calls[0]?.answer([stored(1)]);
  await nextTurn();
  expect(client.sent.slice(1)).toEqual(['EVALSHA second,urgent']);
});

test('a partition that is turned away does not hold up another one', async () => {
  const { client, appender, append } = start();
  await append('first');
  client.calls[0]?.fail('TRYAGAIN Multiple keys request during rehashing of slot');
  await append('second');
  const other = appender.append(publication(newChannel(), { id: 'other' }));
  await nextTurn();
  expect(client.sent).toEqual(['EVALSHA first', 'EVALSHA first', 'EVALSHA other']);
  client.calls[2]?.answer([stored(1)]);
  expect(await other).toMatchObject({ outcome: 'stored' });
});

// The text of one makes the script known to all that is under way behind it.
test('a script that one partition found forgotten goes by its text when all has landed', async () => {
  const { client, appender, append } = start();
  const appendElsewhere = async (id: string) => {
    void appender.append(publication(newChannel(), { id }));
    await nextTurn();
  };
  await append('first');
  await appendElsewhere('other');
  await append('second');
  client.calls[1]?.fail('NOSCRIPT No matching script.');
  await appendElsewhere('third');
  expect(client.sent).toEqual(['EVALSHA first', 'EVALSHA other', 'EVALSHA second']);
  client.calls[0]?.fail('NOSCRIPT No matching script.');
  client.calls[2]?.fail('NOSCRIPT No matching script.');
  await nextTurn();
  expect(client.sent.slice(3)).toEqual(['EVAL first', 'EVAL other']);
  client.calls[3]?.answer([stored(1)]);
  await nextTurn();
  expect(client.sent.slice(5)).toEqual(['EVAL second']);
  client.calls[4]?.answer([stored(1)]);
  client.calls[5]?.answer([stored(2)]);
  await nextTurn();
  expect(client.sent.slice(6)).toEqual(['EVALSHA third']);
});

test('a call that was led astray for too long is refused, and those behind it after a second', async () => {
  const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
  try {
    const { client, append } = start();
    const early = await append('early');
    const late = await append('late');
    client.calls[0]?.fail('MOVED 7 b:1');
    client.calls[1]?.fail('MOVED 7 b:1');
    const refused = Promise.allSettled([early.appended, late.appended]);
    await nextTurn();
    const next = await append('next');
    now.mockReturnValue(2_000);
    client.calls[2]?.fail('Too many Cluster redirections. Last error: Error: MOVED 7 b:1');
    const unavailable = { status: 'rejected', reason: { code: 'unavailable' } };
    const told = await Promise.race([refused, nextTurn('nothing')]);
    expect(told).toMatchObject([unavailable, unavailable]);
    await nextTurn();
    expect(client.sent.slice(2)).toEqual(['EVALSHA early', 'EVALSHA next']);
    client.calls[3]?.answer([stored(1)]);
    expect(await next.appended).toMatchObject({ outcome: 'stored' });
  } finally {
    now.mockRestore();
  }
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ publish: fc.nat({ max: 2 }), isUrgent: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ answer: fc.nat({ max: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ move: fc.nat({ max: 2 }) }) },
  { weight: 1, arbitrary: fc.constant('refresh' as const) },
);

test('a channel is stored in the order it was published in, and once, however slots move', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const cluster = new MovingCluster();
      const appender = appenderOn(cluster);
      const channels = [newChannel(), newChannel(), newChannel()] as const;
      const published: string[] = [];
      const outcomes: Promise<unknown>[] = [];
      for (const one of steps) {
        if (one === 'refresh') cluster.refresh();
        else if ('answer' in one) cluster.answer(one.answer);
        else if ('move' in one) cluster.move(slotOfChannel(channels[one.move] ?? channels[0]));
        else {
          const id = `${one.publish}.${published.length}`;
          published.push(id);
          const wish = publication(channels[one.publish] ?? channels[0], { id });
          outcomes.push(appender.append({ ...wish, lane: one.isUrgent ? 0 : 2 }));
        }
        if (published.length % 3 !== 0) await nextTurn();
      }
      // Moves that have begun come to their end.
      for (const channel of channels) cluster.settle(slotOfChannel(channel));
      for (let round = 0; cluster.stored.length < published.length; round += 1) {
        expect(round).toBeLessThan(2_000);
        cluster.answer(round % 2);
        await nextTurn();
      }
      await Promise.all(outcomes);
      expect(cluster.stored).toHaveLength(published.length);
      for (const index of channels.keys()) {
        const ofChannel = (id: string): boolean => id.startsWith(`${index}.`);
        expect(cluster.stored.filter(ofChannel)).toEqual(published.filter(ofChannel));
      }
    }),
  );
});
