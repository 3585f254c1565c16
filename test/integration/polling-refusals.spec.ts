import { beforeAll, expect, test } from '@jest/globals';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { connect } from '../support/client.js';
import { tokenFor } from '../support/token.js';
import { upgrade } from './upgrade.js';

let server: CarillonProcess;
const origin = 'https://app.example.com';

beforeAll(async () => {
  server = await startCarillon({
    env: { TRANSPORTS: 'websocket,polling', CORS_ORIGINS: origin, MAX_CONNECTIONS: '1' },
  });
});

test.each([
  ['a session that is not known', 'EIO=4&transport=polling&sid=nobody', {}, 400],
  ['a transport that there is not', 'EIO=4&transport=telepathy', {}, 400],
  ['a handshake by POST', 'EIO=4&transport=polling', { method: 'POST' }, 400],
  ['an old protocol', 'EIO=3&transport=polling', {}, 400],
  [
    'a foreign origin',
    'EIO=4&transport=polling',
    { headers: { origin: 'https://evil.example.com' } },
    403,
  ],
])('%s is refused with a problem body', async (_what, query, request, status) => {
  const answer = await fetch(`${server.url}/socket.io/?${query}`, request);
  const problem = (await answer.json()) as Record<string, unknown>;
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(problem).toMatchObject({
    status,
    code: status === 403 ? 'origin_forbidden' : 'invalid_request',
    type: expect.stringMatching(/^urn:carillon:error:/),
    detail: expect.stringMatching(/\.$/),
    retryable: false,
  });
});

test('a full instance refuses polling as it refuses an upgrade, and a page may read why', async () => {
  const token = await tokenFor(server.secret, { sub: 'ann' });
  const first = await connect(server.url, { token });
  const answer = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, {
    headers: { origin },
  });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await answer.json()).toMatchObject({ code: 'too_many_connections', retryable: true });
  first.close();
});

test('an upgrade that engine.io refuses has a problem body too', async () => {
  const refused = await upgrade(server.url, {}, 'EIO=4&transport=websocket&sid=nobody');
  expect(refused).toMatchObject({
    status: 400,
    headers: { 'content-type': 'application/problem+json' },
    body: { status: 400, code: 'invalid_request', retryable: false },
  });
});
