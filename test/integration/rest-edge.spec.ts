import { beforeAll, expect, test } from '@jest/globals';
import { connect } from '../support/client.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { tokenFor } from '../support/token.js';
import { rest } from './rest-call.js';

let server: CarillonProcess;

beforeAll(async () => {
  server = await startCarillon({ env: { DEMO: 'true', CORS_ORIGINS: 'https://app.example.com' } });
});

test('keys and tokens open what their scopes say', async () => {
  const claims = { sub: 'backend', scopes: ['cluster.read'] };
  const token = await tokenFor(server.secret, claims);
  const path = '/v1/instances';
  expect(await rest(server, 'GET', path)).toMatchObject({ status: 200 });
  expect(await rest(server, 'GET', path, { key: token })).toMatchObject({ status: 200 });
  expect(await rest(server, 'GET', path, { key: null })).toMatchObject({
    status: 401,
    json: { code: 'unauthenticated' },
  });
  expect(await rest(server, 'GET', path, { key: `${server.adminKey}x` })).toMatchObject({
    status: 401,
  });
  const expired = await tokenFor(server.secret, { ...claims, expiresInSeconds: -100 });
  expect(await rest(server, 'GET', path, { key: expired })).toMatchObject({
    status: 401,
    json: { code: 'token_expired' },
  });
  const body = { data: 1 };
  expect(await rest(server, 'POST', '/v1/channels/a/messages', { key: token, body })).toMatchObject(
    { status: 403, json: { code: 'forbidden', details: { scope: 'messages.write' } } },
  );
});

test('an instance lists itself', async () => {
  const { json } = await rest(server, 'GET', '/v1/instances');
  expect(json).toMatchObject({ items: [{ state: 'ready', version: '0.1.0' }], next: null });
});

test('a guest of the demo can connect and talk', async () => {
  const { status, json } = await rest(server, 'POST', '/demo/session', {
    key: null,
    body: { name: 'Ann' },
  });
  expect(status).toBe(201);
  const guest = await connect(server.url, { token: String(json['token']) });
  expect(guest.session.user).toBe(json['user']);
  expect(guest.session.expiresAt).toBe(json['expiresAt']);
  await guest.ask('subscribe', { channel: 'chat:lobby' });
  await guest.ask('publish', { channel: 'chat:lobby', id: '1', data: 'hello' });
  await guest.until(() => guest.received.length === 1, 'its own message');
  expect(guest.received).toMatchObject([{ from: { user: json['user'], name: 'Ann' } }]);

  const members = await rest(server, 'GET', '/v1/channels/chat:lobby/presence');
  expect(members.json).toMatchObject({ members: [{ user: json['user'], name: 'Ann' }], total: 1 });
});

test('a hostile body is an invalid request, and the server goes on', async () => {
  const deep = `{"data":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  for (const body of [deep, '{"data": secret', '[]', 'null']) {
    const answer = await rest(server, 'POST', '/v1/channels/chat:x/messages', { body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    expect(answer.text).not.toContain('secret');
  }
  const large = JSON.stringify({ data: 'x'.repeat(5_000_000) });
  expect(await rest(server, 'POST', '/v1/channels/chat:x/messages', { body: large })).toMatchObject(
    { status: 413, json: { code: 'message_too_large' } },
  );
  expect(await rest(server, 'GET', '/health/ready', { key: null })).toMatchObject({ status: 200 });
});

test('errors of the framework are problems too', async () => {
  const missing = await rest(server, 'GET', '/v1/nothing');
  expect(missing).toMatchObject({ status: 404, json: { code: 'not_found' } });
  expect(missing.headers.get('content-type')).toContain('application/problem+json');
  expect(await rest(server, 'PUT', '/v1/messages')).toMatchObject({ status: 405 });
});

test('metrics count what was published', async () => {
  const count = async () => {
    const { text } = await rest(server, 'GET', '/metrics', { key: null });
    return Number(/^carillon_publishes_total\{outcome="stored"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const before = await count();
  await rest(server, 'POST', '/v1/channels/chat:count/messages', { body: { data: 1 } });
  expect(await count()).toBe(before + 1);
});

test('the API page, its files and the chat page are served', async () => {
  const api = await rest(server, 'GET', '/docs/openapi.json', { key: null });
  expect(api.json).toMatchObject({ info: { title: 'Carillon' } });
  for (const path of ['/', '/docs', '/docs/start.js', '/docs/assets/swagger-ui.css']) {
    const { status, headers } = await rest(server, 'GET', path, { key: null });
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
  }
});

test('only a named origin may call from a browser', async () => {
  const allowed = async (origin: string) =>
    (await rest(server, 'GET', '/health/live', { headers: { origin } })).headers.get(
      'access-control-allow-origin',
    );
  expect(await allowed('https://app.example.com')).toBe('https://app.example.com');
  expect(await allowed('https://evil.example.com')).toBeNull();
});

test('no key or token was logged', async () => {
  const lines = server.logs().join('\n');
  expect(lines).not.toContain(server.adminKey);
  expect(lines).not.toMatch(/eyJ[\w-]+\./);
});
