import { beforeAll, expect, test } from '@jest/globals';
import { connect, type TestClient } from '../support/client.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { tokenFor, type TokenClaims } from '../support/token.js';
import { rest } from './rest-call.js';

let server: CarillonProcess;

beforeAll(async () => {
  server = await startCarillon();
});

async function session(claims: TokenClaims): Promise<TestClient> {
  return connect(server.url, { token: await tokenFor(server.secret, claims) });
}

function broadcastIds({ received }: TestClient): (string | undefined)[] {
  return received.map(({ broadcast }) => broadcast?.id);
}

test('an audience gets its broadcasts, the others do not', async () => {
  const ann = await session({ sub: 'ann', tags: ['beta'] });
  const bob = await session({ sub: 'bob' });
  await bob.ask('subscribe', { channel: 'news:bob' });

  const send = async (id: string, audience: object) => {
    const body = { id, audience, data: { text: id } };
    const answer = await rest(server, 'POST', '/v1/broadcasts', { body });
    expect(answer).toMatchObject({ status: 202, json: { id, status: 'sent', duplicate: false } });
  };
  await send('to-tag', { tags: ['beta'] });
  await send('to-user', { users: ['bob', 'nobody'] });
  await send('to-channel', { channels: ['news:bob'] });
  await send('but-not-bob', { everyone: true, except: { users: ['bob'] } });
  await send('to-all', { everyone: true });

  await ann.until(() => broadcastIds(ann).includes('to-all'), 'the last broadcast');
  await bob.until(() => broadcastIds(bob).includes('to-all'), 'the last broadcast');
  expect(broadcastIds(ann).toSorted()).toEqual(['but-not-bob', 'to-all', 'to-tag']);
  expect(broadcastIds(bob).toSorted()).toEqual(['to-all', 'to-channel', 'to-user']);
  expect(ann.received.find(({ id }) => id === 'to-all')).toMatchObject({
    channel: '$everyone',
    broadcast: { id: 'to-all', receipt: 'none' },
    data: { text: 'to-all' },
  });
});

test('a session that matches twice gets it once', async () => {
  const eve = await session({ sub: 'eve', tags: ['t1', 't2'] });
  const body = { id: 'twice', audience: { tags: ['t1', 't2'] }, data: 1 };
  expect(await rest(server, 'POST', '/v1/broadcasts', { body })).toMatchObject({
    status: 202,
    json: { copies: 2 },
  });
  const last = { id: 'after', audience: { users: ['eve'] }, data: 1, priority: 'low' };
  await rest(server, 'POST', '/v1/broadcasts', { body: last });
  await eve.until(() => broadcastIds(eve).includes('after'), 'what was sent after it');
  expect(broadcastIds(eve)).toEqual(['twice', 'after']);
});

test('together is one instant, a moment ahead, and stays a duplicate', async () => {
  const joe = await session({ sub: 'joe' });
  const body = { id: 'bell', audience: { users: ['joe'] }, data: 'ding', releaseAt: 'together' };
  const first = await rest(server, 'POST', '/v1/broadcasts', { body });
  const again = await rest(server, 'POST', '/v1/broadcasts', { body });
  expect(first).toMatchObject({ status: 202, json: { duplicate: false } });
  expect(again).toMatchObject({ status: 202, json: { duplicate: true } });
  await joe.until(() => joe.received.length > 0, 'the bell');
  const [bell] = joe.received;
  expect(bell?.releaseAt).toBeGreaterThan(bell?.at ?? Infinity);
});

test('the same id with other content is a conflict', async () => {
  const body = { id: 'once', audience: { everyone: true }, data: 1 };
  await rest(server, 'POST', '/v1/broadcasts', { body });
  const other = await rest(server, 'POST', '/v1/broadcasts', { body: { ...body, data: 2 } });
  expect(other).toMatchObject({ status: 409, json: { code: 'id_conflict' } });
});
