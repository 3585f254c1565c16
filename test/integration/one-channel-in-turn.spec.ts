import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { connect } from '../support/client.js';
import { tokenFor } from '../support/token.js';

let server: CarillonProcess;

beforeAll(async () => {
  server = await startCarillon({});
});

async function somebody(sub: string, tags: string[] = []) {
  return connect(server.url, { token: await tokenFor(server.secret, { sub, tags }) });
}

async function broadcast(body: object, key = server.adminKey): Promise<void> {
  const answer = await fetch(`${server.url}/v1/broadcasts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(202);
}

test('a client that subscribes and publishes in one breath hears itself', async () => {
  const ann = await somebody('ann');
  const channel = `chat:${randomUUID()}`;
  const [joined] = await Promise.all([
    ann.ask('subscribe', { channel }),
    ann.ask('publish', { channel, id: 'a', data: 1 }),
  ]);
  expect(joined['messages']).toEqual([]);
  await ann.until(() => ann.received.some((one) => one.channel === channel), 'its own message');
});

test('subscribes and unsubscribes in one breath are all answered, and the last one decides', async () => {
  const bob = await somebody('bob');
  const channel = `chat:${randomUUID()}`;
  await Promise.all([
    bob.ask('subscribe', { channel }),
    bob.ask('subscribe', { channel }),
    bob.ask('unsubscribe', { channel }),
    bob.ask('subscribe', { channel }),
  ]);
  await bob.ask('publish', { channel, id: 'b', data: 1 });
  await bob.until(() => bob.received.some((one) => one.channel === channel), 'the message');
});

test('subscribing again gives a broadcast again, as any other message', async () => {
  const cat = await somebody('cat');
  const channel = `chat:${randomUUID()}`;
  await cat.ask('subscribe', { channel });
  await broadcast({ audience: { channels: [channel] }, data: 'hear, hear' });
  await cat.until(() => cat.received.some((one) => one.channel === channel), 'the broadcast');
  const again = await cat.ask('subscribe', { channel, rewind: 10 });
  expect(again['messages']).toMatchObject([{ data: 'hear, hear' }]);
});

test('a broadcast id that is used for other content hides nothing', async () => {
  const id = randomUUID();
  const dan = await somebody('dan', ['x']);
  await broadcast({ id, audience: { tags: ['x'] }, data: 'first' });
  await broadcast({ id, audience: { users: ['dan'] }, data: 'second' });
  await dan.until(() => dan.received.length === 2, 'both');
  expect(dan.received.map(({ data }) => data)).toEqual(['first', 'second']);
});
