import { expect, jest, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Appender } from '../../../src/broker/redis/appender.js';
import { Keys } from '../../../src/redis/keys.js';
import type { RedisClient } from '../../../src/redis/redis-client.js';
import { newChannel, placeOf, publication, type Wish } from '../../contract/broker-under-test.js';
import { within } from '../../support/eventually.js';
import { stored } from './append-calls.js';
import { HeldClient } from './held-client.js';

function start({ isSharded = false, replicas = 0 } = {}) {
  const client = new HeldClient();
  const appender = new Appender({
    // Only what the appender calls.
    client: client as unknown as RedisClient,
    keys: new Keys('test'),
    isSharded,
    replicas,
    joinWindowMs: 0,
  });
  const channel = newChannel();
  const append = (id: string, wish: Wish = {}) =>
    appender.append(publication(channel, { id, ...wish }));
  const appendUrgent = (id: string) =>
    appender.append({ ...publication(channel, { id }), lane: 0 });
  return { client, appender, append, appendUrgent };
}

test('publishes of one turn are one call, in the order they were made', async () => {
  const { client, append } = start();
  const appended = ['a', 'b', 'c'].map((id) => append(id));
  expect(client.sent).toEqual([]);
  await nextTurn();
  expect(client.sent).toEqual(['EVALSHA a,b,c']);
  client.calls[0]?.answer([stored(1), stored(2), stored(3)]);
  expect((await Promise.all(appended)).map((one) => placeOf(one).offset)).toEqual([1, 2, 3]);
});

test('what is critical does not wait for the end of its turn, and takes along what came before it in its channel', async () => {
  const { client, appender, append, appendUrgent } = start();
  const other = newChannel();
  void appender.append(publication(other, { id: 'a' }));
  void append('b');
  void appendUrgent('urgent');
  void appender.append(publication(other, { id: 'c' }));
  await Promise.resolve();
  expect(client.sent).toEqual(['EVALSHA b,urgent']);
  await nextTurn();
  expect(client.sent.slice(1)).toEqual(['EVALSHA a,c']);
});

test('what else is critical in a turn shares the call at its end, and goes first in it', async () => {
  const { client, appender, appendUrgent } = start();
  void appendUrgent('first');
  await Promise.resolve();
  void appender.append(publication(newChannel(), { id: 'bulk' }));
  for (const id of ['second', 'third']) {
    void appendUrgent(id);
    await Promise.resolve();
  }
  expect(client.sent).toEqual(['EVALSHA first']);
  await nextTurn();
  expect(client.sent.slice(1)).toEqual(['EVALSHA second,third,bulk']);
  await nextTurn();
  void appendUrgent('in a later turn');
  await Promise.resolve();
  expect(client.sent.slice(2)).toEqual(['EVALSHA in a later turn']);
});

test('what is critical stays behind a call that found the script forgotten', async () => {
  const { client, append, appendUrgent } = start();
  void append('first');
  await nextTurn();
  void append('second');
  await nextTurn();
  client.calls[0]?.fail('NOSCRIPT No matching script.');
  await nextTurn();
  void appendUrgent('urgent');
  await nextTurn();
  expect(client.sent).toEqual(['EVALSHA first', 'EVALSHA second']);
  client.calls[1]?.fail('NOSCRIPT No matching script.');
  await nextTurn();
  expect(client.sent.slice(2)).toEqual(['EVAL first', 'EVAL second', 'EVALSHA urgent']);
});

test('with replicas what is critical shares the batch of its turn', async () => {
  const { client, append, appendUrgent } = start({ replicas: 1 });
  void appendUrgent('first');
  await Promise.resolve();
  void append('bulk');
  void appendUrgent('second');
  await Promise.resolve();
  expect(client.sent).toEqual([]);
  await nextTurn();
  expect(client.sent).toEqual(['EVALSHA first,bulk,second']);
});

test('something critical is near until it is answered, but not for longer than a moment', async () => {
  const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
  try {
    const { client, appender, append, appendUrgent } = start();
    void append('bulk');
    expect(appender.isUrgentNear).toBe(false);
    const first = appendUrgent('first');
    expect(appender.isUrgentNear).toBe(true);
    await nextTurn();
    client.calls[0]?.answer([stored(1), stored(2)]);
    await first;
    expect(appender.isUrgentNear).toBe(false);
    void appendUrgent('never answered');
    now.mockReturnValue(1_019);
    expect(appender.isUrgentNear).toBe(true);
    now.mockReturnValue(1_020);
    expect(appender.isUrgentNear).toBe(false);
  } finally {
    now.mockRestore();
  }
});

test('a call holds 32 publishes or 256 KiB, and a larger one alone', async () => {
  const { client, append } = start();
  const ids = Array.from({ length: 33 }, (_, index) => String(index));
  for (const id of ids) void append(id);
  await nextTurn();
  expect(client.calls.map((call) => call.ids.length)).toEqual([32, 1]);

  for (const id of ['a', 'b', 'c']) void append(id, { text: 'x'.repeat(120_000) });
  void append('d', { text: 'x'.repeat(400_000) });
  await nextTurn();
  expect(client.sent.slice(2)).toEqual(['EVALSHA a,b', 'EVALSHA c', 'EVALSHA d']);
});

test('a call of a cluster stays in one partition', async () => {
  const { client, appender } = start({ isSharded: true });
  const [one, other] = [newChannel(), newChannel()];
  for (const [id, channel] of [
    ['a', one],
    ['b', other],
    ['c', one],
  ] as const) {
    void appender.append(publication(channel, { id }));
  }
  await nextTurn();
  expect(client.sent).toEqual(['EVALSHA a,c', 'EVALSHA b']);
});

// Somebody else may load the script again meanwhile: then a later call would overtake.
test('what comes after a call that found the script forgotten stays behind it', async () => {
  const { client, append } = start();
  const first = append('first');
  await nextTurn();
  const second = append('second');
  await nextTurn();
  client.calls[0]?.fail('NOSCRIPT No matching script.');
  await nextTurn();
  const third = append('third');
  await nextTurn();
  expect(client.sent).toEqual(['EVALSHA first', 'EVALSHA second']);

  client.calls[1]?.fail('NOSCRIPT No matching script.');
  await nextTurn();
  expect(client.sent.slice(2)).toEqual(['EVAL first', 'EVAL second', 'EVALSHA third']);
  for (const [index, call] of client.calls.slice(2).entries()) call.answer([stored(index + 1)]);
  const all = await Promise.all([first, second, third]);
  expect(all.map((one) => placeOf(one).offset)).toEqual([1, 2, 3]);
});

test.each([
  ['OOM command not allowed when used memory is above the limit', 'overloaded'],
  ['MISCONF Redis is configured to save but cannot', 'overloaded'],
  ['Command timed out', 'unavailable'],
  ['LOADING Redis is loading the dataset in memory', 'unavailable'],
])('a call that failed with "%s" is never sent again', async (message, code) => {
  const { client, append } = start();
  const refused = Promise.allSettled([append('a'), append('b')]);
  await nextTurn();
  client.calls[0]?.fail(message);
  for (const one of await refused) {
    expect(one).toMatchObject({ status: 'rejected', reason: { code } });
  }
  await nextTurn();
  expect(client.calls).toHaveLength(1);
});

test('a publish that failed alone does not disturb the others of its call', async () => {
  const { client, append } = start();
  const appended = Promise.allSettled([append('a'), append('b'), append('c')]);
  await nextTurn();
  client.calls[0]?.answer([stored(1), [4, Buffer.from('OOM no room')], [2, 0]]);
  expect(await appended).toMatchObject([
    { value: { outcome: 'stored', offset: 1 } },
    { reason: { code: 'overloaded' } },
    { value: { outcome: 'conflict' } },
  ]);
});

test('of what may wait for answers, some is kept free for what is critical', async () => {
  const { append, appendUrgent } = start();
  const text = 'x'.repeat(1_048_576);
  for (let n = 0; n < 58; n += 1) void append(String(n), { text });
  await expect(append('more')).rejects.toMatchObject({ code: 'overloaded' });
  const critical = appendUrgent('critical').catch((error: unknown) => error);
  await nextTurn();
  // Still on its way.
  expect(await Promise.race([critical, Promise.resolve('waits')])).toBe('waits');
});

test('what waits for answers is bounded by bytes, and there is room again after them', async () => {
  const { client, append } = start();
  const text = 'x'.repeat(8_388_608);
  const held = Array.from({ length: 8 }, (_, index) => append(String(index), { text }));
  const refused = within('one too many is refused', 1_000, append('more'));
  await expect(refused).rejects.toMatchObject({ code: 'overloaded' });
  await nextTurn();
  for (const call of client.calls) call.answer([stored(1)]);
  await Promise.all(held);
  const again = append('more');
  await nextTurn();
  client.calls.at(-1)?.answer([stored(2)]);
  expect(await again).toMatchObject({ outcome: 'stored', offset: 2 });
});
