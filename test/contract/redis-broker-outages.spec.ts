import { expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { register } from '../support/actors.js';
import { eventually, within } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import {
  appendMany,
  newChannel,
  offsetsOf,
  placeOf,
  publication,
  read,
  textsOf,
  topOf,
} from './broker-under-test.js';
import { startMutingProxy } from './muting-proxy.js';
import { startReadyRedisBroker, startRedisBroker } from './redis-broker-start.js';

const unavailable = expect.objectContaining({ code: 'unavailable' });

/** Settles when the call was refused as `unavailable`, and fails the test when it was not. */
async function refusalOf(call: Promise<unknown>): Promise<void> {
  await expect(call).rejects.toEqual(unavailable);
}

/** How long something took, in milliseconds. */
async function timed(what: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await what;
  return performance.now() - startedAt;
}

async function commandsOf(url: string): Promise<Redis> {
  const client = new Redis(url);
  register({ name: 'a Redis client', end: () => client.disconnect() });
  return client;
}

// The outages are made on purpose: what is logged of them would hide what is not.
Logger.overrideLogger(false);

describeWithRedis('a broker whose Redis comes and goes', () => {
  test('is not ready without Redis, refuses at once, and is ready soon after it came', async () => {
    const port = await freePort();
    const { broker, heard } = startRedisBroker(`redis://127.0.0.1:${port}`);
    const channel = newChannel();
    const refusedIn = await timed(refusalOf(broker.append(publication(channel))));
    // Not after the time that an answer may take.
    expect(refusedIn).toBeLessThan(500);
    await expect(read(broker, channel, 'top')).rejects.toEqual(unavailable);
    await expect(broker.note(channel, 'x')).rejects.toEqual(unavailable);
    await expect(broker.follow(channel)).rejects.toEqual(unavailable);
    expect(broker.isReady()).toBe(false);
    expect(heard.readinessTold).toEqual([]);

    await startRedis({ port });
    expect(await timed(eventually('ready', () => broker.isReady()))).toBeLessThan(1_500);
    expect(heard.readinessTold).toEqual([true]);
    // Wanted before there was a Redis, and not given up.
    await broker.append(publication(channel));
    expect(offsetsOf(await heard.entriesOf(channel, 1))).toEqual([1]);
  });

  test('tells that Redis was killed, and hears again all it followed when it is back', async () => {
    const server = await startRedis();
    const { broker, heard } = await startReadyRedisBroker(server.url);
    const channel = newChannel();
    await broker.follow(channel);
    await broker.append(publication(channel, { text: 'before' }));
    await heard.entriesOf(channel, 1);
    const before = await topOf(broker, channel);
    const missedBefore = heard.missedAll;

    server.kill('SIGKILL');
    await eventually('told', () => !broker.isReady(), { deadlineMs: 2_000 });
    expect(await timed(broker.append(publication(channel)).catch(() => null))).toBeLessThan(500);

    await startRedis({ port: server.port });
    expect(await timed(eventually('ready', () => broker.isReady()))).toBeLessThan(1_500);
    expect(heard.readinessTold).toEqual([true, false, true]);
    expect(heard.missedAll).toBeGreaterThan(missedBefore);
    await broker.append(publication(channel, { text: 'after' }));
    expect(textsOf(await heard.entriesOf(channel, 2))).toEqual(['before', 'after']);
    // It came back empty: another life, and whoever stood in the old one is told.
    const page = await read(broker, channel, { after: before });
    expect(page.continuity).toBe('epoch');
    expect(textsOf(page.entries)).toEqual(['after']);
  });

  test('settles every call while Redis stands still, and stores a repeated id once', async () => {
    const server = await startRedis();
    const { broker, heard } = await startReadyRedisBroker(server.url);
    const channel = newChannel();
    await broker.append(publication(channel));
    const uncertain = publication(channel, { id: 'uncertain' });

    server.kill('SIGSTOP');
    const stoppedAt = performance.now();
    const settled = within('it settles', 5_000, refusalOf(broker.append(uncertain)));
    const settledIn = await timed(settled);
    expect(settledIn).toBeLessThan(1_500);
    await eventually('told', () => !broker.isReady());
    expect(performance.now() - stoppedAt).toBeLessThan(2_000);

    server.kill('SIGCONT');
    expect(await timed(eventually('ready', () => broker.isReady()))).toBeLessThan(2_000);
    expect(placeOf(await broker.append(uncertain)).offset).toBe(2);
    expect((await topOf(broker, channel)).offset).toBe(2);
    expect(heard.readinessTold).toEqual([true, false, true]);
  });

  test('takes a subscription that was cut as a loss, and hears again', async () => {
    const server = await startRedis();
    const { broker, heard } = await startReadyRedisBroker(server.url);
    const channel = newChannel();
    await broker.follow(channel);
    const nemesis = await commandsOf(server.url);
    const missedBefore = heard.missedAll;

    await nemesis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually('it is told', () => heard.missedAll > missedBefore);
    await eventually('ready', () => broker.isReady());
    await appendMany(broker, channel, 2);
    expect(textsOf(await heard.entriesOf(channel, 2))).toEqual(['1', '2']);
  });

  // The connection stays open and brings nothing: only a beat that does not come back shows it.
  test('leaves a subscription that has gone deaf', async () => {
    const server = await startRedis();
    const proxy = await startMutingProxy(server.port);
    const { broker, heard } = await startReadyRedisBroker(proxy.url);
    const channel = newChannel();
    await broker.follow(channel);
    const missedBefore = heard.missedAll;

    proxy.mute();
    await broker.append(publication(channel, { text: 'unheard' }));
    await eventually('not ready', () => !broker.isReady(), { deadlineMs: 2_000 });
    await eventually('ready', () => broker.isReady(), { deadlineMs: 3_000 });
    expect(heard.missedAll).toBeGreaterThan(missedBefore);
    await broker.append(publication(channel, { text: 'heard' }));
    expect(textsOf(await heard.entriesOf(channel, 1))).toEqual(['heard']);
  });

  test('settles what is under way when it is closed', async () => {
    const server = await startRedis();
    const { broker } = await startReadyRedisBroker(server.url);
    const [channel, other] = [newChannel(), newChannel()];
    server.kill('SIGSTOP');
    const appended = refusalOf(broker.append(publication(channel)));
    const followed = refusalOf(broker.follow(other));
    await broker.close();
    await Promise.all([appended, followed]);
    server.kill('SIGCONT');
  });
});
