import { beforeAll, expect, test } from '@jest/globals';
import { connect } from '../support/client.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { tokenFor } from '../support/token.js';
import { rest } from './rest-call.js';

let server: CarillonProcess;

beforeAll(async () => {
  server = await startCarillon();
});

test('what REST publishes reaches a subscriber and the history, once', async () => {
  const ann = await connect(server.url, { token: await tokenFor(server.secret, { sub: 'ann' }) });
  await ann.ask('subscribe', { channel: 'chat:one' });

  const body = { id: 'm1', data: { text: 'hello' }, priority: 'high', headers: { kind: 'x' } };
  const first = await rest(server, 'POST', '/v1/channels/chat:one/messages', { body });
  expect(first).toMatchObject({
    status: 201,
    json: { id: 'm1', channel: 'chat:one', offset: 1, duplicate: false },
  });
  const again = await rest(server, 'POST', '/v1/channels/chat:one/messages', { body });
  expect(again).toMatchObject({ status: 200, json: { ...first.json, duplicate: true } });
  const other = await rest(server, 'POST', '/v1/channels/chat:one/messages', {
    body: { ...body, data: 'other' },
  });
  expect(other).toMatchObject({ status: 409, json: { code: 'id_conflict' } });
  await rest(server, 'POST', '/v1/channels/chat:one/messages', { body: { id: 'm2', data: 2 } });

  await ann.until(() => ann.received.length === 2, 'two messages');
  expect(ann.received).toMatchObject([
    { id: 'm1', offset: 1, data: { text: 'hello' }, priority: 'high', headers: { kind: 'x' } },
    { id: 'm2', offset: 2, data: 2 },
  ]);
  expect(ann.received[0]).not.toHaveProperty('from');

  const history = await rest(server, 'GET', '/v1/channels/chat:one/messages');
  expect(history.status).toBe(200);
  expect(history.json).toMatchObject({
    messages: [{ id: 'm1' }, { id: 'm2' }],
    more: false,
    position: ann.received[1]?.position,
  });
});

test('the history is read in pages, forward and back', async () => {
  const items = Array.from({ length: 25 }, (_, index) => ({
    channel: 'chat:pages',
    id: `m${index + 1}`,
    data: index,
  }));
  const batch = await rest(server, 'POST', '/v1/messages', { body: { items } });
  expect(batch.status).toBe(207);

  const seen: unknown[] = [];
  const newest = await page('limit=10');
  expect(newest).toMatchObject({ more: true });
  expect(ids(newest)).toEqual(items.slice(15).map(({ id }) => id));

  const before = await page(`limit=20&before=${String(newest.messages[0]?.position)}`);
  expect(ids(before)).toEqual(items.slice(0, 15).map(({ id }) => id));

  let after = before.messages[0]?.position;
  for (let more = true; more;) {
    const next = await page(`limit=7&after=${String(after)}`);
    seen.push(...ids(next));
    ({ more, position: after } = next);
  }
  expect(seen).toEqual(items.slice(1).map(({ id }) => id));

  interface HistoryPage {
    readonly messages: readonly { readonly id: string; readonly position?: string }[];
    readonly more: boolean;
    readonly position: string;
  }
  async function page(query: string): Promise<HistoryPage> {
    const { json } = await rest(server, 'GET', `/v1/channels/chat:pages/messages?${query}`);
    return json as unknown as HistoryPage;
  }
  function ids({ messages }: HistoryPage): string[] {
    return messages.map(({ id }) => id);
  }
});

test('bytes go in as base64, to sockets as bytes, and come out as base64', async () => {
  const ann = await connect(server.url, { token: await tokenFor(server.secret, { sub: 'ann' }) });
  await ann.ask('subscribe', { channel: 'chat:bytes' });
  const path = '/v1/channels/chat:bytes/messages';
  await rest(server, 'POST', path, {
    body: { data: { base64: 'AAEC/w==' }, encoding: 'base64' },
    headers: { 'idempotency-key': 'bytes-1' },
  });
  await ann.ask('publish', {
    channel: 'chat:bytes',
    id: 'nested',
    data: { thumbnail: Buffer.from('hi'), n: 1 },
  });
  await ann.until(() => ann.received.length === 2, 'two messages');
  expect(ann.received[0]).toMatchObject({ id: 'bytes-1', data: Buffer.from([0, 1, 2, 255]) });

  const { json } = await rest(server, 'GET', path);
  expect(json).toMatchObject({
    messages: [
      { id: 'bytes-1', data: { base64: 'AAEC/w==' }, encoding: 'base64' },
      { id: 'nested', data: { thumbnail: { base64: 'aGk=' }, n: 1 }, encoding: 'base64' },
    ],
  });
});

test('a purge empties the history and keeps the place and the deduplication', async () => {
  const path = '/v1/channels/chat:purge/messages';
  const body = { id: 'm1', data: 1 };
  const stored = await rest(server, 'POST', path, { body });
  const purged = await rest(server, 'DELETE', path);
  expect(purged).toMatchObject({
    status: 200,
    json: { channel: 'chat:purge', offset: 1, history: { messages: 0, bytes: 0, oldestAt: null } },
  });
  expect(await rest(server, 'GET', path)).toMatchObject({ json: { messages: [], more: false } });
  expect(await rest(server, 'POST', path, { body })).toMatchObject({ status: 200 });
  expect(await rest(server, 'POST', path, { body: { data: 2 } })).toMatchObject({
    status: 201,
    json: { offset: 2, epoch: stored.json['epoch'] },
  });
});

test.each([
  ['%24everyone', 'channel_invalid'],
  ['a%2Fb', 'channel_invalid'],
  ['x'.repeat(201), 'channel_invalid'],
])('nobody publishes to %s', async (channel, code) => {
  const answer = await rest(server, 'POST', `/v1/channels/${channel}/messages`, {
    body: { data: 1 },
  });
  expect(answer).toMatchObject({ status: 400, json: { code } });
});

test('a position that nobody gave is refused', async () => {
  const answer = await rest(server, 'GET', '/v1/channels/chat:one/messages?after=forged');
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
});

test('data beyond the limits of its namespace is refused by its own word', async () => {
  const path = '/v1/channels/chat:limits/messages';
  const large = await rest(server, 'POST', path, { body: { data: 'x'.repeat(70_000) } });
  expect(large).toMatchObject({ status: 413, json: { code: 'message_too_large' } });
  let deep: unknown = 1;
  for (let level = 0; level < 101; level += 1) deep = [deep];
  expect(await rest(server, 'POST', path, { body: { data: deep } })).toMatchObject({
    status: 400,
    json: { code: 'invalid_request' },
  });
  const allowed = { data: (deep as unknown[])[0] };
  expect(await rest(server, 'POST', path, { body: allowed })).toMatchObject({ status: 201 });
});
