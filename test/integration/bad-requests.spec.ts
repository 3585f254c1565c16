import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { connect, type TestClient } from '../support/client.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { tokenFor } from '../support/token.js';

let server: CarillonProcess;
let client: TestClient;
let canary: TestClient;
let sung = 0;

beforeAll(async () => {
  server = await startCarillon();
  canary = await connect(server.url, { token: await tokenFor(server.secret, { sub: 'canary' }) });
  await canary.ask('subscribe', { channel: 'chat:canary' });
  client = await connect(server.url, { token: await tokenFor(server.secret, { sub: 'ann' }) });
});

/** Whatever was sent: the sender is still connected, and the others notice nothing. */
afterEach(async () => {
  expect(client.disconnects).toEqual([]);
  sung += 1;
  await canary.ask('publish', { channel: 'chat:canary', id: `c${sung}`, data: sung });
  await canary.until(() => canary.received.length === sung, 'the song of the canary');
  expect(canary.disconnects).toEqual([]);
});

const channel = 'chat:bad';
const publish = (more: object) => ({ channel, id: 'x', data: 1, ...more });

const refused: readonly [event: string, payload: unknown, code: string][] = [
  ['subscribe', {}, 'invalid_request'],
  ['subscribe', { channel: 5 }, 'invalid_request'],
  ['subscribe', { channel: [channel] }, 'invalid_request'],
  ['subscribe', { channel, extra: 1 }, 'invalid_request'],
  ['subscribe', { channel, since: 5 }, 'invalid_request'],
  ['subscribe', { channel, since: '' }, 'invalid_request'],
  ['subscribe', { channel, since: 'forged' }, 'invalid_request'],
  ['subscribe', { channel, since: `1${'0'.repeat(32)}-1` }, 'invalid_request'],
  ['subscribe', { channel, since: `1${'0'.repeat(32)}99999999999999999999` }, 'invalid_request'],
  ['subscribe', { channel, since: `9${'0'.repeat(32)}1` }, 'invalid_request'],
  ['subscribe', { channel, rewind: 0 }, 'invalid_request'],
  ['subscribe', { channel, rewind: 1001 }, 'invalid_request'],
  ['subscribe', { channel, rewind: '5' }, 'invalid_request'],
  ['subscribe', { channel, rewind: 1.5 }, 'invalid_request'],
  ['unsubscribe', { channel: null }, 'invalid_request'],
  ['unsubscribe', { channel, all: true }, 'invalid_request'],
  ['publish', { channel, id: 'x' }, 'invalid_request'],
  ['publish', { channel, data: 1 }, 'invalid_request'],
  ['publish', publish({ channel: {} }), 'invalid_request'],
  ['publish', publish({ id: '' }), 'invalid_request'],
  ['publish', publish({ id: 5 }), 'invalid_request'],
  ['publish', publish({ id: 'x'.repeat(129) }), 'invalid_request'],
  ['publish', publish({ id: 'a\nb' }), 'invalid_request'],
  ['publish', publish({ id: 'a\u0000b' }), 'invalid_request'],
  ['publish', publish({ priority: 'urgent' }), 'invalid_request'],
  ['publish', publish({ priority: 0 }), 'invalid_request'],
  ['publish', publish({ priority: 'critical' }), 'forbidden'],
  ['publish', publish({ ttlMs: 0 }), 'invalid_request'],
  ['publish', publish({ ttlMs: -5 }), 'invalid_request'],
  ['publish', publish({ ttlMs: 1e300 }), 'invalid_request'],
  ['publish', publish({ headers: [] }), 'invalid_request'],
  ['publish', publish({ headers: { a: 1 } }), 'invalid_request'],
  ['publish', publish({ headers: { a: 'x'.repeat(1025) } }), 'invalid_request'],
  ['publish', publish({ headers: headersOf(17) }), 'invalid_request'],
  ['publish', publish({ releaseAt: 'soon' }), 'invalid_request'],
  ['publish', publish({ releaseAt: -1 }), 'invalid_request'],
  ['publish', publish({ echo: 'no' }), 'invalid_request'],
  ['publish', publish({ from: { user: 'root' } }), 'invalid_request'],
  ['publish', publish({ data: nested(101) }), 'invalid_request'],
  ['publish', publish({ data: 'x'.repeat(65_536) }), 'message_too_large'],
  ['publish', publish({ data: Buffer.alloc(65_537) }), 'message_too_large'],
  ['publish', publish({ data: Array.from({ length: 9 }, () => Buffer.of(1)) }), 'invalid_request'],
  ['publish', publish({ data: { _placeholder: false } }), 'invalid_request'],
  ['publish', publish({ data: { deep: [{ _placeholder: 1, num: 0 }] } }), 'invalid_request'],
  ['history', { channel, limit: 0 }, 'invalid_request'],
  ['history', { channel, limit: 1001 }, 'invalid_request'],
  ['history', { channel, limit: '5' }, 'invalid_request'],
  ['history', { channel, before: 'forged' }, 'invalid_request'],
  ['history', { channel, after: 'forged' }, 'invalid_request'],
  ['presence', {}, 'invalid_request'],
  ['presence', { channel, limit: 5 }, 'invalid_request'],
  ['presence.update', { channel: 1, state: 1 }, 'invalid_request'],
  ['presence.update', { channel, state: 'x'.repeat(1025) }, 'invalid_request'],
  ['presence.update', { channel, state: { typing: true } }, 'not_found'],
  ['acknowledge', { ids: [] }, 'invalid_request'],
  ['acknowledge', { ids: 'b1' }, 'invalid_request'],
  ['acknowledge', { ids: [5] }, 'invalid_request'],
  ['acknowledge', { ids: Array.from({ length: 1001 }, (_, i) => `b${i}`) }, 'invalid_request'],
  ['authenticate', { token: 5 }, 'invalid_request'],
  ['authenticate', { token: 'a.b.c' }, 'unauthenticated'],
  ['clock', { sentAt: 'now' }, 'invalid_request'],
  ['clock', {}, 'invalid_request'],
];

test.each(
  refused.map(([event, payload, code]) => ({ event, payload, code, said: titleOf(payload) })),
)('$event $said is $code', async ({ event, payload, code }) => {
  const answer = await client.request(event, payload);
  expect(answer).toMatchObject({ ok: false, error: { code, retryable: false } });
  expect(JSON.stringify(answer)).not.toContain('xxxxx');
});

test.each([
  '',
  ' ',
  'a b',
  'a/b',
  '.hidden',
  ':room',
  '-a',
  '$everyone',
  '$user:ann',
  '$tag:x',
  'chat:ü',
  'chat:\u0000',
  'chat:{1}',
  'chat:*',
  '__proto__',
  '../etc',
  'a'.repeat(201),
])('the channel name %j is refused by every command', async (name) => {
  for (const [event, more] of Object.entries({
    subscribe: {},
    unsubscribe: {},
    publish: { id: 'x', data: 1 },
    history: {},
    presence: {},
    'presence.update': { state: 1 },
  })) {
    // Whoever may read their own `$` channels fills a gap there with `history`.
    if (event === 'history' && ['$everyone', '$user:ann'].includes(name)) continue;
    expect(await client.request(event, { channel: name, ...more })).toMatchObject({
      ok: false,
      error: { code: 'channel_invalid' },
    });
  }
});

test.each(['a', 'constructor', 'toString', 'A.b:c@d=e+f-g_h', 'a'.repeat(200)])(
  'the channel name %j is a name like any other',
  async (name) => {
    expect(await client.ask('subscribe', { channel: name })).toMatchObject({ channel: name });
    await client.ask('publish', { channel: name, id: 'x', data: name });
    await client.until(() => client.received.at(-1)?.data === name, 'the message');
    await client.ask('unsubscribe', { channel: name });
  },
);

test('what is just allowed is taken', async () => {
  const own = 'chat:allowed';
  await client.ask('subscribe', { channel: own });
  const before = client.received.length;
  const allowed: unknown[] = [
    nested(100),
    'x'.repeat(65_534),
    Buffer.alloc(65_000),
    Array.from({ length: 8 }, () => Buffer.of(1)),
    JSON.parse('{"__proto__":1,"constructor":{"prototype":{}}}'),
    null,
  ];
  for (const [index, data] of allowed.entries()) {
    await client.ask('publish', { channel: own, id: `ok-${index}`, data, headers: headersOf(16) });
  }
  await client.until(() => client.received.length === before + allowed.length, 'all of them');
  const { messages } = await client.ask('history', { channel: own, limit: 1000 });
  expect(messages.length).toBeGreaterThan(0);
});

test.each(['nothing', '__proto__', 'constructor', 'hasOwnProperty', 'message', 'session', ''])(
  'the event %j is an invalid request',
  async (event) => {
    expect(await client.request(event, {})).toMatchObject({
      ok: false,
      error: { code: 'invalid_request', retryable: false },
    });
  },
);

test.each<[string, unknown[]]>([
  ['no payload', []],
  ['two payloads', [{ channel }, { channel }]],
  ['an array', [[channel]]],
  ['text', [channel]],
  ['null', [null]],
  ['a number', [5]],
  ['bytes', [Buffer.of(1, 2)]],
])('%s instead of one object is an invalid request', async (_kind, args) => {
  for (const event of ['subscribe', 'publish', 'history', 'clock', 'authenticate']) {
    const answer: unknown = await client.socket.timeout(10_000).emitWithAck(event, ...args);
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
  }
});

test('a bad request without an acknowledgement disturbs nobody', async () => {
  client.socket.emit('publish', { channel: 5 });
  client.socket.emit('nothing');
  client.socket.emit('subscribe', null);
  expect(await client.ask('clock', { sentAt: 1 })).toMatchObject({ sentAt: 1 });
});

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function headersOf(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`h${index}`, 'v']));
}

function titleOf(payload: unknown): string {
  const text = JSON.stringify(payload);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
