import { beforeAll, expect, test } from '@jest/globals';
import { connect, type TestClient } from '../support/client.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { eventually } from '../support/eventually.js';
import { tokenFor, type TokenClaims } from '../support/token.js';
import { rest } from './rest-call.js';

let server: CarillonProcess;

beforeAll(async () => {
  server = await startCarillon();
});

const token = (claims: TokenClaims) => tokenFor(server.secret, claims);
const session = async (claims: TokenClaims): Promise<TestClient> =>
  connect(server.url, { token: await token(claims) });

test('a fresh token moves the end of the session', async () => {
  const ann = await session({ sub: 'ann', expiresInSeconds: 60 });
  const before = ann.session.expiresAt ?? 0;
  const reply = await ann.ask('authenticate', { token: await token({ sub: 'ann' }) });
  expect(reply.expiresAt).toBeGreaterThan(before + 3_000_000);
  expect(ann.disconnects).toEqual([]);
});

test('a token that has run out is good for a while, until it is renewed', async () => {
  // Whole seconds, rounded down: with one, a token could be gone before it has come in.
  const ann = await session({ sub: 'ann', expiresInSeconds: 4 });
  const { expiresAt } = ann.session;
  await eventually('the token has expired', () => Date.now() > (expiresAt ?? 0) + 50);
  const channel = 'chat:grace';
  await ann.ask('subscribe', { channel });
  await ann.ask('publish', { channel, id: 'in-grace', data: 1 });
  await ann.until(() => ann.received.length === 1, 'its message');
  const expired = await token({ sub: 'ann', expiresInSeconds: -1 });
  expect(await ann.request('authenticate', { token: expired })).toMatchObject({
    ok: false,
    error: { code: 'token_expired' },
  });
  const reply = await ann.ask('authenticate', { token: await token({ sub: 'ann' }) });
  expect(reply.expiresAt).toBeGreaterThan(Date.now() + 3_000_000);
  expect(ann.disconnects).toEqual([]);
  expect(ann.all('closing')).toEqual([]);
});

test('the user cannot change', async () => {
  const ann = await session({ sub: 'ann' });
  const other = await token({ sub: 'bob', tags: ['admin'] });
  expect(await ann.request('authenticate', { token: other })).toMatchObject({
    ok: false,
    error: { code: 'forbidden' },
  });
  await ann.ask('subscribe', { channel: 'chat:still-ann' });
  await ann.ask('publish', { channel: 'chat:still-ann', id: 'x', data: 1 });
  await ann.until(() => ann.received.length === 1, 'its message');
  expect(ann.received[0]?.from).toEqual({ user: 'ann' });
});

test('rights that are gone end the subscription, and say so', async () => {
  const both = { 'chat:one': ['subscribe', 'publish'], 'chat:two': ['subscribe'] } as const;
  const ann = await session({ sub: 'ann', grants: both });
  await ann.ask('subscribe', { channel: 'chat:one' });
  await ann.ask('subscribe', { channel: 'chat:two' });
  expect(await ann.request('subscribe', { channel: 'chat:three' })).toMatchObject({
    ok: false,
    error: { code: 'forbidden' },
  });

  const less = { 'chat:two': ['subscribe'] } as const;
  await ann.ask('authenticate', { token: await token({ sub: 'ann', grants: less }) });
  await ann.until(() => ann.all('unsubscribed').length > 0, 'unsubscribed');
  expect(ann.all('unsubscribed')).toMatchObject([{ channel: 'chat:one', code: 'forbidden' }]);
  expect(await ann.request('publish', { channel: 'chat:one', id: 'x', data: 1 })).toMatchObject({
    ok: false,
    error: { code: 'forbidden' },
  });
  await publish('chat:one');
  await publish('chat:two');
  await ann.until(() => ann.received.length > 0, 'a message');
  expect(ann.received.map(({ channel }) => channel)).toEqual(['chat:two']);
});

test('a position opens no channel that the token does not cover', async () => {
  const channel = 'chat:kept-place';
  const before = await session({ sub: 'ann' });
  const { position } = await before.ask('subscribe', { channel });
  const grants = { 'chat:other': ['subscribe'] } as const;
  const after = await session({ sub: 'ann', grants });
  expect(await after.request('subscribe', { channel, since: position })).toMatchObject({
    ok: false,
    error: { code: 'forbidden' },
  });
  await publish(channel);
  await before.until(() => before.received.length > 0, 'its message');
  expect(after.received).toEqual([]);
});

test('tags follow the new token', async () => {
  const ann = await session({ sub: 'ann', tags: ['old', 'kept'] });
  const renewed = await token({ sub: 'ann', tags: ['kept', 'new'] });
  await ann.ask('authenticate', { token: renewed });
  for (const tag of ['old', 'new', 'kept']) {
    const body = { id: `to-${tag}`, audience: { tags: [tag] }, data: 1 };
    await rest(server, 'POST', '/v1/broadcasts', { body });
  }
  await ann.until(() => ann.received.length === 2, 'two broadcasts');
  const last = { id: 'last', audience: { users: ['ann'] }, data: 1 };
  await rest(server, 'POST', '/v1/broadcasts', { body: last });
  await ann.until(() => ann.received.some(({ id }) => id === 'last'), 'the last one');
  expect(ann.received.map(({ id }) => id).toSorted()).toEqual(['last', 'to-kept', 'to-new']);
});

test('where the channel of a new tag starts is told, and nothing is lost behind it', async () => {
  const ann = await session({ sub: 'ann' });
  const renewed = await token({ sub: 'ann', tags: ['late'] });
  const { channels = [] } = await ann.ask('authenticate', { token: renewed });
  expect(channels).toMatchObject([{ channel: '$tag:late', recovered: true }]);
  // The answer may not have arrived: it is told again.
  const again = await ann.ask('authenticate', { token: renewed });
  expect(again.channels).toEqual(channels);
  ann.close();
  const body = { id: 'to-late', audience: { tags: ['late'] }, data: 1 };
  await rest(server, 'POST', '/v1/broadcasts', { body });
  const since = { '$tag:late': channels[0]?.position ?? '' };
  const back = await connect(server.url, { token: renewed, since });
  await back.until(() => back.received.length > 0, 'what was published meanwhile');
  expect(back.received[0]).toMatchObject({ id: 'to-late', replayed: true });
});

async function publish(channel: string): Promise<void> {
  const path = `/v1/channels/${channel}/messages`;
  expect(await rest(server, 'POST', path, { body: { data: 1 } })).toMatchObject({ status: 201 });
}
