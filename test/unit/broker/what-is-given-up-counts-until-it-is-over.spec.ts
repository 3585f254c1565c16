import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Appender } from '../../../src/broker/redis/appender.js';
import { Keys } from '../../../src/redis/keys.js';
import type { RedisClient } from '../../../src/redis/redis-client.js';
import { newChannel, publication } from '../../contract/broker-under-test.js';
import { stored } from './append-calls.js';
import { HeldClient } from './held-client.js';

const PATIENCE_MS = 1_000;
/** Eight of them are all that may be on its way. */
const LARGE = 'x'.repeat(8_388_608);

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
});

afterEach(() => {
  jest.useRealTimers();
});

function start() {
  const client = new HeldClient(PATIENCE_MS);
  const appender = new Appender({
    // Only what the appender calls.
    client: client as unknown as RedisClient,
    keys: new Keys('test'),
    isSharded: false,
    replicas: 0,
    joinWindowMs: 0,
  });
  const channel = newChannel();
  const append = (id: string, text: string) =>
    appender.append(publication(channel, { id, text })).then(
      ({ outcome }) => outcome,
      (error: { code: string }) => error.code,
    );
  return { client, append };
}

/** What a small publish is told at once, or that it waits. */
function oneMore(append: ReturnType<typeof start>['append']): Promise<string> {
  return Promise.race([append('more', 'more'), nextTurn('waits')]);
}

/** Fills what may be on its way, and lets all of it be given up. */
async function startGivenUp() {
  const { client, append } = start();
  const held = Array.from({ length: 8 }, (_, index) => append(String(index), LARGE));
  await nextTurn();
  expect(client.calls).toHaveLength(8);
  jest.advanceTimersByTime(PATIENCE_MS);
  expect(await Promise.all(held)).toEqual(held.map(() => 'unavailable'));
  return { client, append };
}

test('what was given up takes the room of what comes after, until its late reply', async () => {
  const { client, append } = await startGivenUp();
  expect(await oneMore(append)).toBe('overloaded');
  for (const call of client.calls) call.answer([stored(1)]);
  // All of it again, and not one publish more: each was counted once, and let go once.
  const again = Array.from({ length: 8 }, (_, index) => append(`again ${index}`, LARGE));
  expect(await oneMore(append)).toBe('overloaded');
  await nextTurn();
  for (const call of client.calls.slice(8)) call.answer([stored(2)]);
  expect(await Promise.all(again)).toEqual(again.map(() => 'stored'));
});

test.each([
  ['a connection that was lost', 'Connection is closed.'],
  ['a late refusal', 'OOM command not allowed when used memory is above the limit'],
  ['a script that was forgotten', 'NOSCRIPT No matching script.'],
])('there is room again after %s, and nothing is sent again', async (_what, message) => {
  const { client, append } = await startGivenUp();
  for (const call of client.calls) call.fail(message);
  const again = Array.from({ length: 8 }, (_, index) => append(`again ${index}`, LARGE));
  expect(await oneMore(append)).toBe('overloaded');
  await nextTurn();
  expect(client.calls).toHaveLength(16);
  for (const call of client.calls.slice(8)) call.answer([stored(1)]);
  expect(await Promise.all(again)).toEqual(again.map(() => 'stored'));
});

test('what never left takes no room', async () => {
  const { client, append } = start();
  jest.spyOn(client, 'sendCommand').mockImplementation((command) => {
    command.setTimeout(PATIENCE_MS);
    command.reject(new Error("Stream isn't writeable and enableOfflineQueue options is false"));
    return command.promise;
  });
  for (let round = 0; round < 3; round += 1) {
    const refused = Array.from({ length: 8 }, (_, index) => append(String(index), LARGE));
    expect(await Promise.all(refused)).toEqual(refused.map(() => 'unavailable'));
  }
  // Nor does it leave a timer behind.
  expect(jest.getTimerCount()).toBe(0);
});
