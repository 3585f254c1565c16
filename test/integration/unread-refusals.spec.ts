import { beforeAll, expect, test } from '@jest/globals';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { connect, type TestClient } from '../support/client.js';
import { within } from '../support/eventually.js';
import { RawClient, rawSession } from '../support/raw-client.js';
import { tokenFor } from '../support/token.js';

/** More than the kernel takes for a client that does not read. */
const ENOUGH_BYTES = 40 << 20;
const AT_A_TIME = 1_000;

let server: CarillonProcess;
let canary: TestClient;

beforeAll(async () => {
  server = await startCarillon({ env: { MAX_PACKET_BYTES: '1048576' } });
  canary = await connect(server.url, { token: await tokenFor(server.secret, { sub: 'canary' }) });
});

/** Sends without reading a thing until it would have been answered so many bytes, and then reads. */
async function flood(client: RawClient, packet: (n: number) => string, answerBytes: number) {
  client.stopReading();
  const most = Math.ceil(ENOUGH_BYTES / answerBytes / AT_A_TIME) * AT_A_TIME;
  for (let sent = 0; sent < most; sent += AT_A_TIME) {
    for (let n = sent; n < sent + AT_A_TIME; n += 1) client.send(packet(n));
    // Answered behind what was sent before: the server has read that.
    await canary.ask('clock', { sentAt: 1 });
  }
  client.readOn();
  await within('it is closed', 10_000, client.closed);
  expect((await canary.ask('clock', { sentAt: 2 }))['sentAt']).toBe(2);
}

test('a client that sends events that do not exist, and reads no refusal, is closed', async () => {
  const client = await rawSession(server.url, await tokenFor(server.secret, { sub: 'ann' }));
  await flood(client, (n) => `42${n}["x",{}]`, 130);
});

const NAME = 'n'.repeat(8_000);

test('so is one that asks for namespaces that do not exist', async () => {
  const client = await rawSession(server.url, await tokenFor(server.secret, { sub: 'bob' }));
  await flood(client, () => `40/${NAME},`, NAME.length);
});
