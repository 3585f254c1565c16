import { Buffer } from 'node:buffer';
import { beforeAll, expect, test } from '@jest/globals';
import { dataRoom } from '../../src/config/packet-room.js';
import { LIMITS } from '../../src/protocol/limits.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { connect, type TestClient } from '../support/client.js';
import { policyFile } from '../support/policy-file.js';
import { tokenFor } from '../support/token.js';

// The longest that a namespace may have with packets of their default length.
const TEXT_BYTES = dataRoom(1_048_576, false);
const BINARY_BYTES = dataRoom(1_048_576, true);

const history = { maxBytes: 16_777_216 };

async function start(transports: string, maxMessageBytes: number): Promise<CarillonProcess> {
  const policy = { namespaces: { ['n'.repeat(150)]: { maxMessageBytes, history } } };
  return startCarillon({
    env: { TRANSPORTS: transports, CARILLON_CONFIG: await policyFile(policy) },
  });
}

const channel = `${'n'.repeat(150)}:${'c'.repeat(49)}`;
/** In UTF-8 and in JSON nothing takes more. */
const headers = Object.fromEntries(
  Array.from({ length: LIMITS.headers }, (_, index) => [
    String.fromCodePoint(0x1_f514 + index).repeat(LIMITS.idLength),
    '\u0001'.repeat(LIMITS.headerLength),
  ]),
);
const beside = {
  channel,
  id: '🔔'.repeat(LIMITS.idLength),
  priority: 'normal',
  ttlMs: Number.MAX_SAFE_INTEGER,
  headers,
  releaseAt: Number.MAX_SAFE_INTEGER,
  echo: false,
};

async function publishedBy(client: TestClient, data: unknown) {
  const asking = client.request('publish', { ...beside, data }, 5_000);
  const answer = await asking.catch(() => null);
  if (answer === null) return 'no answer';
  return answer.ok ? 'ok' : answer.error.code;
}

let socket: CarillonProcess;
let polled: CarillonProcess;

beforeAll(async () => {
  socket = await start('websocket', TEXT_BYTES);
  polled = await start('websocket,polling', BINARY_BYTES);
});

test('text of the length that a session is told, with the longest of everything else', async () => {
  const client = await connect(socket.url, {
    token: await tokenFor(socket.secret, { sub: 'ann' }),
  });
  expect(client.session.limits.namespaces?.['n'.repeat(150)]?.maxMessageBytes).toBe(TEXT_BYTES);
  const data = 'x'.repeat(TEXT_BYTES - 2);
  expect(await publishedBy(client, data)).toBe('ok');
  expect(await publishedBy(client, `${data}x`)).toBe('message_too_large');
  expect(client.disconnects).toEqual([]);
});

test('binary of the length that a session is told, by long polling too', async () => {
  const client = await connect(polled.url, {
    token: await tokenFor(polled.secret, { sub: 'ann' }),
    transports: ['polling'],
    socketOptions: { upgrade: false },
  });
  const placeholder = '{"_placeholder":true,"num":0}'.length;
  const data = Buffer.alloc(BINARY_BYTES - placeholder);
  expect(await publishedBy(client, data)).toBe('ok');
  expect(client.disconnects).toEqual([]);
});
