import { expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { register } from '../support/actors.js';
import { eventually } from '../support/eventually.js';
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
import { startReadyRedisBroker } from './redis-broker-start.js';

// The crash is made on purpose: what is logged of it would hide what is not.
Logger.overrideLogger(false);

describeWithRedis('a store that lost everything', () => {
  test('is another life: every position of before is told, and numbers begin again', async () => {
    const server = await startRedis();
    const client = new Redis(server.url);
    register({ name: 'a Redis client', end: () => client.disconnect() });
    const { broker, heard } = await startReadyRedisBroker(server.url);
    const [channel, empty] = [newChannel(), newChannel()];
    await broker.follow(channel);
    const [start, untouched] = [await topOf(broker, channel), await topOf(broker, empty)];
    const first = publication(channel, { id: 'a' });
    await broker.append(first);
    await appendMany(broker, channel, 2);
    const third = await topOf(broker, channel);

    // The connections stay: nothing but the positions can tell it.
    await client.flushall();
    const emptied = await read(broker, channel, { after: third });
    expect(emptied).toMatchObject({ continuity: 'epoch', entries: [], facts: { messages: 0 } });
    expect(emptied.facts.epoch).not.toBe(third.epoch);

    // The ids went with the rest.
    expect(await broker.append(first)).toMatchObject({ outcome: 'stored', offset: 1 });
    for (const after of [start, third]) {
      const page = await read(broker, channel, { after });
      expect(page.continuity).toBe('epoch');
      expect(offsetsOf(page.entries)).toEqual([1]);
    }
    const announced = await heard.entriesOf(channel, 4);
    expect(announced.at(-1)).toMatchObject({ offset: 1, epoch: emptied.facts.epoch });
    // Who waited at the beginning of a channel that never held a message cannot know what it missed.
    expect((await read(broker, empty, { after: untouched })).continuity).toBe('epoch');
  });

  test('of one channel forgets its ids with its numbers, and is another epoch', async () => {
    const server = await startRedis();
    const client = new Redis(server.url);
    register({ name: 'a Redis client', end: () => client.disconnect() });
    const { broker } = await startReadyRedisBroker(server.url);
    const channel = newChannel();
    const first = publication(channel, { id: 'a' });
    const start = await topOf(broker, channel);
    await broker.append(first);
    await appendMany(broker, channel, 4);
    const before = await topOf(broker, channel);

    // As an evicting Redis does it: one key, and what belongs to it stays.
    const metas = await client.keys(`*:m:${channel}`);
    expect(metas).toHaveLength(1);
    await client.del(...metas);
    expect(await broker.append(publication(channel, { id: 'b' }))).toMatchObject({
      ...{ outcome: 'stored', offset: 1 },
    });
    // A place of the lost history would be that of another message now.
    expect(await broker.append(first)).toMatchObject({ outcome: 'stored', offset: 2 });
    // Who stood before its first message has missed a whole history.
    for (const after of [start, before]) {
      const page = await read(broker, channel, { after });
      expect(page).toMatchObject({ continuity: 'epoch' });
      expect(offsetsOf(page.entries)).toEqual([1, 2]);
    }
  });

  test('leaves no call that was under way when Redis was killed without an answer', async () => {
    const server = await startRedis();
    const { broker } = await startReadyRedisBroker(server.url);
    const channel = newChannel();
    await broker.append(publication(channel));
    const wishes = Array.from({ length: 40 }, (_, index) =>
      publication(channel, { id: String(index) }),
    );

    // Held first, so that it certainly dies with the calls unanswered.
    server.kill('SIGSTOP');
    const calls = Promise.allSettled([
      ...wishes.map((wish) => broker.append(wish)),
      read(broker, channel, 'top'),
      broker.purge(channel),
    ]);
    server.kill('SIGKILL');
    for (const outcome of await calls) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    }

    await startRedis({ port: server.port });
    await eventually('ready', () => broker.isReady());
    const again = await Promise.all(wishes.map((wish) => broker.append(wish)));
    expect(again.map((one) => placeOf(one).offset)).toEqual(wishes.map((_, index) => index + 1));
  });
});
