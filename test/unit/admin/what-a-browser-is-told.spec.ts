import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serveChatPage } from '../../../src/admin/chat-page.js';
import { CONTENT_SECURITY_POLICY } from '../../../src/admin/security-headers.js';
import { register } from '../../support/actors.js';
import { type RestApp, startRestApp } from './rest-app.js';

const page = 'https://app.example.com';
let rest: RestApp;

beforeAll(async () => {
  rest = await startRestApp({ config: { corsOrigins: [page] } });
});

test.each(['/health/live', '/nothing', '/v1/instances', '/docs'])(
  'every answer carries the security headers: %s',
  async (address) => {
    const { headers } = await rest.call('GET', address, { key: null });
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self';/,
    );
  },
);

test('only the API page may style inline', async () => {
  const policy = async (address: string) =>
    (await rest.call('GET', address)).headers.get('content-security-policy');
  expect(await policy('/docs')).toContain("style-src 'self' 'unsafe-inline'");
  expect(await policy('/health/live')).toBe(CONTENT_SECURITY_POLICY);
  expect(CONTENT_SECURITY_POLICY).not.toContain('unsafe');
});

test('an origin that was named may call, also with what it sends and reads', async () => {
  const preflight = await rest.call('OPTIONS', '/v1/messages', {
    key: null,
    headers: { origin: page, 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe(page);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();

  const refusal = await rest.call('GET', '/v1/instances', { key: null, headers: { origin: page } });
  expect(refusal.status).toBe(401);
  expect(refusal.headers.get('access-control-allow-origin')).toBe(page);
});

test.each([
  'https://app.example.com.evil.test',
  'https://evil-app.example.com',
  'http://app.example.com',
  'https://app.example.com:8443',
  'HTTPS://APP.EXAMPLE.COM',
  'null',
])('an origin that only looks like it may not: %s', async (origin) => {
  const { headers } = await rest.call('GET', '/health/live', { headers: { origin } });
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('without origins in the configuration nobody else may', async () => {
  const closed = await startRestApp();
  const { headers } = await closed.call('GET', '/health/live', { headers: { origin: page } });
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('without the demo there is no page', async () => {
  const { status, json } = await rest.call('GET', '/', { key: null });
  expect(status).toBe(404);
  expect(json).toMatchObject({ code: 'not_found' });
});

const folder = mkdtempSync(path.join(tmpdir(), 'chat-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the page is asked for each time, its files are kept for ever', async () => {
  const app = (
    await Test.createTestingModule({}).compile()
  ).createNestApplication<NestExpressApplication>();
  serveChatPage(app, folder);
  await app.listen(0, '127.0.0.1');
  register({ name: 'chat', end: () => app.close() });
  const url = await app.getUrl();

  const unbuilt = await fetch(url);
  expect(unbuilt.status).toBe(200);
  expect(await unbuilt.text()).toContain('not built');

  mkdirSync(path.join(folder, 'assets'));
  writeFileSync(path.join(folder, 'index.html'), '<p>chat</p>');
  writeFileSync(path.join(folder, 'assets/chat-1.js'), 'chat();');
  writeFileSync(path.join(folder, '.hidden'), 'secret');

  const home = await fetch(`${url}/`);
  expect(await home.text()).toBe('<p>chat</p>');
  expect(home.headers.get('cache-control')).toBe('no-cache');
  const script = await fetch(`${url}/assets/chat-1.js`);
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect((await fetch(`${url}/.hidden`)).status).toBe(404);
  expect((await fetch(`${url}/assets/`)).status).toBe(404);
  expect((await fetch(`${url}/..%2f..%2fetc/passwd`)).status).not.toBe(200);
});
