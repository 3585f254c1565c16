import { Buffer } from 'node:buffer';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { connect, type TestClient } from '../support/client.js';
import { tokenFor } from '../support/token.js';

// Frames go straight to the network where that is safe, and through Socket.IO where it is not: long
// polling always takes Socket.IO's way, so one client of each kind holds both ways to one content.

const CHANNEL = 'chat:two-ways';

const SAID: readonly (readonly [string, unknown])[] = [
  ['text', 'hello'],
  ['all of Unicode', 'Grüße, 世界, 🔔 and \u2028 "quotes" \\ and \u0000'],
  ['nothing', null],
  ['a number', -1.5e-7],
  ['a tree', { a: [1, { b: { c: [[], {}, ''] } }], __proto__x: true }],
  ['a short text', 'x'.repeat(25)],
  ['a long text', 'ü'.repeat(20_000)],
  ['more than 64 KiB of escapes', '\u0001'.repeat(10_900)],
  ['binary', Buffer.from([0, 1, 2, 0xff])],
  ['no bytes', Buffer.alloc(0)],
  ['binary in a tree', { image: Buffer.alloc(3_000, 7), words: ['ä', Buffer.from('ß')] }],
];

describe('a client that is written to directly and one that is not get the same', () => {
  let server: CarillonProcess;
  let direct: TestClient;
  let stock: TestClient;
  let clients: readonly TestClient[];

  beforeAll(async () => {
    server = await startCarillon({ env: { TRANSPORTS: 'polling,websocket' } });
    const token = await tokenFor(server.secret, { sub: 'ann', name: 'Ann Ü' });
    direct = await connect(server.url, { token, transports: ['websocket'] });
    stock = await connect(server.url, {
      token,
      transports: ['polling'],
      socketOptions: { upgrade: false },
    });
    clients = [direct, stock];
  });

  test('by the frames that this server trusts', async () => {
    await direct.ask('clock', { sentAt: 1 });
    expect(server.logs().filter((line) => line.includes('frames messages otherwise'))).toEqual([]);
  });

  test('messages, in text and binary', async () => {
    for (const client of clients) await client.ask('subscribe', { channel: CHANNEL });
    for (const [index, [, data]] of SAID.entries()) {
      await direct.ask('publish', { channel: CHANNEL, id: `m${index}`, data });
    }
    for (const client of clients) {
      await client.until(() => client.received.length === SAID.length, 'all messages');
    }
    expect(direct.received.map(({ data }) => data)).toEqual(SAID.map(([, data]) => data));
    expect(direct.received).toEqual(stock.received);
  });

  test('answers to publish, new and repeated, and refusals', async () => {
    const first = { channel: CHANNEL, id: 'answer', data: 'ä' };
    const stored = await direct.ask('publish', first);
    const repeated = await Promise.all(clients.map((client) => client.ask('publish', first)));
    expect(stored.duplicate).toBe(false);
    expect(repeated[0]).toEqual(repeated[1]);
    expect(repeated[0]).toEqual({ ...stored, duplicate: true });
    const refused = await Promise.all(
      clients.map((client) =>
        client.socket.emitWithAck('publish', { channel: 'no channel', id: 'ü' }),
      ),
    );
    expect(refused[0]).toEqual(refused[1]);
    expect(refused[0]).toMatchObject({ ok: false });
  });

  test('answers to subscribe and history, with and without binary', async () => {
    const { epoch } = await direct.ask('publish', { channel: CHANNEL, id: 'last', data: 'end' });
    for (const rewind of [1, 2, 5, 13]) {
      const [one, other] = await Promise.all(
        clients.map((client) => client.ask('subscribe', { channel: CHANNEL, rewind })),
      );
      expect(one).toEqual(other);
      expect(one?.messages.at(-1)).toMatchObject({ id: 'last', data: 'end' });
      expect(one?.epoch).toBe(epoch);
    }
    for (const limit of [1, 3, 50]) {
      const [one, other] = await Promise.all(
        clients.map((client) => client.ask('history', { channel: CHANNEL, limit })),
      );
      expect(one).toEqual(other);
    }
  });

  test('what follows a position, in one text for everybody', async () => {
    const channel = 'chat:text-alone';
    const { position } = await direct.ask('subscribe', { channel });
    for (const word of ['uno', 'zwölf', '三']) {
      await direct.ask('publish', { channel, id: word, data: { word } });
    }
    const [one, other] = await Promise.all(
      clients.map((client) => client.ask('subscribe', { channel, since: position })),
    );
    expect(one).toEqual(other);
    expect(one?.messages.map(({ data }) => data)).toEqual([
      { word: 'uno' },
      { word: 'zwölf' },
      { word: '三' },
    ]);
  });
});
