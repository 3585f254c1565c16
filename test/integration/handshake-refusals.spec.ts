import { beforeAll, expect, test } from '@jest/globals';
import { connect, connecting } from '../support/client.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { tokenFor } from '../support/token.js';

let server: CarillonProcess;

beforeAll(async () => {
  server = await startCarillon();
});

const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = `${text({ alg: 'none', typ: 'JWT' })}.${text({ sub: 'ann', exp: 4e9 })}.`;
const good = { sub: 'ann' };

test.each<[string, () => unknown, string]>([
  ['no token', () => undefined, 'unauthenticated'],
  ['an empty token', () => '', 'unauthenticated'],
  ['a token that is no text', () => ({ $ne: null }), 'unauthenticated'],
  ['a token that is no JWT', () => 'a.b.c', 'unauthenticated'],
  ['an unsigned token', () => unsigned, 'unauthenticated'],
  ['an unsigned token with a signature', () => `${unsigned}AAAA`, 'unauthenticated'],
  ['a token of another secret', () => tokenFor('x'.repeat(40), good), 'unauthenticated'],
  [
    'a tampered token',
    async () => tampered(await tokenFor(server.secret, good)),
    'unauthenticated',
  ],
  ['a user that is no name', () => tokenFor(server.secret, { sub: 'a b' }), 'unauthenticated'],
  [
    'an expired token',
    () => tokenFor(server.secret, { ...good, expiresInSeconds: -60 }),
    'token_expired',
  ],
])('%s is refused for good, with the reason', async (_kind, make, code) => {
  const token: unknown = await make();
  const client = connecting(server.url, { socketOptions: { auth: { token } } });
  await client.until(() => client.refusal !== null, 'the refusal');
  expect(client.refusal?.data).toMatchObject({ code, retryable: false });
  expect(client.refusal?.message.length).toBeGreaterThan(10);
  expect(JSON.stringify(client.refusal?.data)).not.toContain('eyJ');
  // An official client gives up after such a refusal.
  expect(client.socket.active).toBe(false);
  client.close();
});

test.each<[string, object]>([
  ['a client id of the wrong type', { client: 5 }],
  ['a client id that is too long', { client: 'x'.repeat(65) }],
  ['positions that nobody gave', { since: { $everyone: 'forged' } }],
  ['positions of the wrong type', { since: ['x'] }],
  ['too many positions', { since: Object.fromEntries(numbered(100)) }],
])('%s is an invalid request', async (_kind, auth) => {
  const token = await tokenFor(server.secret, good);
  const client = connecting(server.url, { socketOptions: { auth: { token, ...auth } } });
  await client.until(() => client.refusal !== null, 'the refusal');
  expect(client.refusal?.data).toMatchObject({ code: 'invalid_request', retryable: false });
  client.close();
});

test('the client id is taken over, or made', async () => {
  const token = await tokenFor(server.secret, good);
  const named = await connect(server.url, { token, client: 'tab 1' });
  expect(named.session).toMatchObject({ client: 'tab 1', user: 'ann' });
  const unnamed = await connect(server.url, { token });
  expect(unnamed.session.client.length).toBeGreaterThan(10);
  expect(unnamed.session.channels.map(({ channel }) => channel)).toEqual([
    '$everyone',
    '$user:ann',
  ]);
});

function tampered(token: string): string {
  const [head, , signature] = token.split('.');
  return `${head}.${text({ sub: 'root', exp: 4e9 })}.${signature}`;
}

function numbered(count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => [`$tag:${index}`, 'x']);
}
