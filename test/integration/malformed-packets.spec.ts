import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { connect, type TestClient } from '../support/client.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { within } from '../support/eventually.js';
import { rawSession } from '../support/raw-client.js';
import { tokenFor } from '../support/token.js';

const MAX_PACKET_BYTES = 1_048_576;

let server: CarillonProcess;
let canary: TestClient;
let token: string;
let sung = 0;

beforeAll(async () => {
  server = await startCarillon({ env: { MAX_PACKET_BYTES: String(MAX_PACKET_BYTES) } });
  token = await tokenFor(server.secret, { sub: 'ann' });
  canary = await connect(server.url, { token: await tokenFor(server.secret, { sub: 'canary' }) });
  await canary.ask('subscribe', { channel: 'chat:canary' });
});

afterEach(async () => {
  sung += 1;
  await canary.ask('publish', { channel: 'chat:canary', id: `c${sung}`, data: sung });
  await canary.until(() => canary.received.length === sung, 'the song of the canary');
  expect(canary.disconnects).toEqual([]);
  expect(canary.sessions.length).toBe(1);
});

const CLOSING: [string, (string | Buffer)[]][] = [
  ['broken JSON', ['42["publish",{']],
  ['an unknown engine type', ['9']],
  ['an unknown socket type', ['49["publish"]']],
  ['an event that is no array', ['42{"publish":1}']],
  ['an event without a name', ['42[]']],
  ['an event whose name is an object', ['42[{"a":1},{}]']],
  ['a reserved event name', ['42["connect",{}]']],
  ['a second CONNECT', ['40{"token":"x"}']],
  ['bytes that nothing announced', [Buffer.of(1, 2, 3)]],
  ['text where bytes were announced', ['451-["publish",{"_placeholder":true,"num":0}]', '42["a"]']],
  [
    'a placeholder beyond the parts',
    ['451-["publish",{"_placeholder":true,"num":7}]', Buffer.of(1)],
  ],
  ['more parts than any parser takes', ['4599-["publish",{"_placeholder":true,"num":0}]']],
  ['an attachment count that is no number', ['45x-["publish",{}]']],
  ['an acknowledgement that is no array', ['431{"a":1}']],
];

test.each(CLOSING)('%s closes its own connection and no other', async (_kind, frames) => {
  const client = await rawSession(server.url, token);
  for (const frame of frames) client.send(frame);
  await within('the connection is closed', 5_000, client.closed);
});

test.each(CLOSING)('%s does so after a publish, too', async (_kind, frames) => {
  const client = await rawSession(server.url, token);
  client.send('421["publish",{"channel":"chat:before","id":"once","data":1}]');
  expect(await client.packet('31[')).toContain('"ok":true');
  for (const frame of frames) client.send(frame);
  await within('the connection is closed', 5_000, client.closed);
});

test.each<[string, string]>([
  ['an acknowledgement of nothing', '4377[1]'],
  ['an unknown event', '42["__proto__"]'],
  ['an event of a number', '42[5]'],
  ['a pong that nobody asked for', '3'],
  ['a Socket.IO namespace that does not exist', '40/admin,'],
])('%s leaves its connection as it was', async (_kind, frame) => {
  const client = await rawSession(server.url, token);
  client.send(frame);
  client.send('425["clock",{"sentAt":1}]');
  expect(await client.packet('35[')).toContain('"ok":true');
  client.close();
});

test('a number as an event name is answered as an unknown event', async () => {
  const client = await rawSession(server.url, token);
  client.send('427[5,{}]');
  expect(await client.packet('37[')).toContain('"code":"invalid_request"');
  client.close();
});

test('a packet 200,000 levels deep is refused and stops nothing', async () => {
  const client = await rawSession(server.url, token);
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  client.send(`421["publish",{"channel":"chat:deep","id":"x","data":${deep}}]`);
  const answer = await client.packet('31[');
  expect(answer).toContain('"code":"invalid_request"');
  for (const event of ['subscribe', 'presence.update', 'authenticate', 'nothing']) {
    client.send(`422["${event}",{"channel":"chat:deep","state":${deep},"token":${deep}}]`);
    expect(await client.packet('32[')).toContain('"ok":false');
    client.packets.length = 0;
  }
  client.close();
});

test('a packet over the limit closes its connection, one below it does not', async () => {
  const client = await rawSession(server.url, token);
  const packet = (id: number, size: number) => {
    const start = `42${id}["publish",{"channel":"chat:big","id":"x","data":"`;
    return `${start}${'x'.repeat(size - start.length - 3)}"}]`;
  };
  client.send(packet(1, MAX_PACKET_BYTES));
  expect(await client.packet('31[')).toContain('"code":"message_too_large"');
  client.send(packet(2, MAX_PACKET_BYTES + 1));
  await within('the connection is closed', 5_000, client.closed);
});
