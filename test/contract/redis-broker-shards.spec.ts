import { expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Appended } from '../../src/broker/broker.port.js';
import { eventually } from '../support/eventually.js';
import { describeWithRedis } from '../support/requires.js';
import { placeOf, publication, read, textsOf } from './broker-under-test.js';
import { startReadyRedisBroker } from './redis-broker-start.js';
import { startThreeShards } from './three-shards.js';

// The outages are made on purpose: what is logged of them would hide what is not.
Logger.overrideLogger(false);

async function brokerOnThreeShards() {
  const cluster = await startThreeShards();
  const [url = '', ...others] = cluster.urls;
  const urls = [url, ...others];
  return { ...cluster, ...(await startReadyRedisBroker(url, { mode: 'cluster', urls })) };
}

describeWithRedis('a broker whose cluster has three primaries', () => {
  test('leaves a subscription that has gone deaf at any one of them, and hears again', async () => {
    const { broker, heard, shards } = await brokerOnThreeShards();
    for (const shard of shards) {
      const channel = shard.channel();
      await broker.follow(channel);
      const told = heard.readinessTold.length;

      shard.proxy.mute();
      await eventually('told', () => heard.readinessTold[told] === false, { deadlineMs: 2_000 });
      await eventually('ready', () => broker.isReady(), { deadlineMs: 3_000 });
      expect(heard.missedSome.flat()).toContain(channel);
      await broker.append(publication(channel, { text: 'heard' }));
      expect(textsOf(await heard.entriesOf(channel, 1))).toEqual(['heard']);
    }
  });

  test('is not ready while one of them stands still, and is again when it goes on', async () => {
    const { broker, heard, shards } = await brokerOnThreeShards();
    for (const { server } of shards) {
      const told = heard.readinessTold.length;
      server.kill('SIGSTOP');
      await eventually('told', () => heard.readinessTold[told] === false, { deadlineMs: 2_000 });
      server.kill('SIGCONT');
      await eventually('ready', () => broker.isReady(), { deadlineMs: 5_000 });
    }
  });

  test('without one of them, refuses what lies there at once and carries the rest', async () => {
    const { broker, heard, shards } = await brokerOnThreeShards();
    const [, lost, stays] = shards;
    const [away, kept] = [lost.channel(), stays.channel()];
    await broker.follow(away);
    await broker.follow(kept);
    lost.server.kill('SIGKILL');
    await eventually('told', () => !broker.isReady(), { deadlineMs: 2_000 });

    const askedAt = performance.now();
    const refusal = expect.objectContaining({ code: 'unavailable' });
    await expect(broker.append(publication(away))).rejects.toEqual(refusal);
    expect(performance.now() - askedAt).toBeLessThan(1_500);
    await broker.append(publication(kept, { text: 'kept' }));
    expect(textsOf(await heard.entriesOf(kept, 1))).toEqual(['kept']);
    // A subscription that is cut meanwhile is asserted for itself, and told as a loss of its own.
    const missed = heard.missedSome.length;
    await stays.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually('told', () => heard.missedSome.slice(missed).flat().includes(kept));
    expect(heard.missedSome.slice(missed).flat()).not.toContain(away);
    expect(broker.isReady()).toBe(false);
  });

  test('hears what was moved to another one, from there', async () => {
    const { broker, heard, shards, move } = await brokerOnThreeShards();
    const [from, to] = shards;
    const channel = from.channel();
    await broker.follow(channel);
    await broker.append(publication(channel, { text: 'before' }));
    await heard.entriesOf(channel, 1);
    const missed = heard.missedSome.length;

    await move(channel, from, to);
    await eventually('told', () => heard.missedSome.slice(missed).flat().includes(channel));
    await eventually('ready', () => broker.isReady());
    await broker.append(publication(channel, { text: 'after' }));
    expect(textsOf(await heard.entriesOf(channel, 2))).toEqual(['before', 'after']);
  });

  test('numbers what is published while slots move in the order it was sent, and each once', async () => {
    const { broker, shards, move } = await brokerOnThreeShards();
    const [here, there] = shards;
    const channel = here.channel();
    await broker.append(publication(channel, { text: '0' }));
    const appended: Promise<Appended>[] = [];
    const over = new AbortController();
    const moving = (async () => {
      for (const [from, to] of [[here, there] as const, [there, here] as const]) {
        await move(channel, from, to);
        // By then some have found it gone.
        await appended.at(-1);
      }
    })().finally(() => over.abort());
    while (!over.signal.aborted) {
      const publish = publication(channel, { text: String(appended.length + 1) });
      appended.push(broker.append({ ...publish, lane: appended.length % 5 === 0 ? 0 : 2 }));
      await nextTurn();
    }
    await moving;
    const offsets = (await Promise.all(appended)).map((one) => placeOf(one).offset);
    expect(offsets).toEqual(offsets.map((_, index) => index + 2));
    const { facts, entries } = await read(broker, channel, { last: 100 });
    expect(facts.top.offset).toBe(offsets.length + 1);
    // What has text n was sent as the nth.
    expect(textsOf(entries)).toEqual(entries.map(({ offset }) => String(offset - 1)));
  });
});
