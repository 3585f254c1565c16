import { expect, test } from '@jest/globals';
import { connect as dial } from 'node:net';
import { connect, connecting } from '../support/client.js';
import { startCarillon } from '../support/carillon-process.js';
import { within } from '../support/eventually.js';
import { RawClient } from '../support/raw-client.js';
import { tokenFor } from '../support/token.js';
import { upgrade } from './upgrade.js';

test('a page of a foreign origin is refused at the upgrade', async () => {
  const server = await startCarillon({ env: { CORS_ORIGINS: 'https://app.example.com' } });
  const own = new URL(server.url).host;
  for (const origin of [
    'https://evil.example.com',
    'null',
    '',
    'https://app.example.com.evil.com',
    'http://app.example.com',
    `https://${own}`,
  ]) {
    expect(await upgrade(server.url, { origin })).toMatchObject({
      status: 403,
      headers: { 'content-type': expect.stringContaining('application/problem+json') },
      body: { status: 403, code: 'origin_forbidden' },
    });
  }
  for (const origin of ['https://app.example.com', server.url]) {
    expect(await upgrade(server.url, { origin })).toBeNull();
  }
  expect(await upgrade(server.url)).toBeNull();
  // Nobody but a trusted proxy may say what the own origin is.
  const forged = { origin: 'https://evil.example.com', 'x-forwarded-host': 'evil.example.com' };
  expect(await upgrade(server.url, forged)).toMatchObject({ status: 403 });
});

test('a full instance says so and when to come back, and lets in again', async () => {
  const server = await startCarillon({ env: { MAX_CONNECTIONS: '1' } });
  const token = await tokenFor(server.secret, { sub: 'ann' });
  const first = await connect(server.url, { token });
  const refusal = await upgrade(server.url);
  expect(refusal).toMatchObject({
    status: 503,
    headers: { 'content-type': expect.stringContaining('application/problem+json') },
    body: { status: 503, code: 'too_many_connections', retryable: true },
  });
  expect(Number(refusal?.headers['retry-after'])).toBeGreaterThan(0);

  const second = connecting(server.url, { token });
  await second.until(() => second.refusal !== null, 'a refusal');
  // An official client keeps trying, and is in as soon as there is room.
  expect(second.socket.active).toBe(true);
  first.close();
  await second.until(() => second.sessions.length === 1, 'a session');
});

test('a client of an older Socket.IO is told that its protocol is not spoken', async () => {
  const server = await startCarillon();
  for (const query of ['EIO=3&transport=websocket', 'transport=websocket']) {
    expect(await answerTo(server.port, query)).toContain('Unsupported protocol version');
  }
});

test('a connection that never authenticates is closed within 5 s', async () => {
  const server = await startCarillon();
  const startedAt = performance.now();
  const silent = new RawClient(server.url);
  await silent.opened();
  await within('the silent one is closed', 7_000, silent.closed);
  expect(performance.now() - startedAt).toBeGreaterThan(4_000);
});

/** Everything that came until the server ended the connection. */
function answerTo(port: number, query: string): Promise<string> {
  const socket = dial(port, '127.0.0.1');
  socket.write(
    `GET /socket.io/?${query} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const answer = new Promise<string>((resolve, reject) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
  return within('the end of the connection', 10_000, answer);
}
