import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect as dial, type Socket as NetSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Server, type Socket } from 'socket.io';
import { type Commands, readFrames } from '../../../src/gateway/frame-reader.js';
import { maskedTextFrame } from '../../../src/kernel/websocket-frame.js';
import { unhurriedReading } from './unhurried-reading.js';
import { eventually } from '../../support/eventually.js';

const MASK = [9, 8, 7, 6];
const text = (packet: string): Buffer => maskedTextFrame(packet, MASK);

let io: Server;
let socket: Socket;
let client: NetSocket;
/** What the client was sent. */
let heard: string;
/** Numbers of commands in the order they came, and whether each came by way of Socket.IO. */
let came: number[];
let byStock: boolean[];

/** Notes what comes, and acknowledges it. */
const commands = (isStock: boolean): Commands => ({
  dispatch(_socket, _event, args) {
    const [body, answer] = args as [{ n: number }, ((reply: object) => void) | undefined];
    came.push(body.n);
    byStock.push(isStock);
    answer?.({ ok: true });
  },
});

beforeEach(async () => {
  came = [];
  byStock = [];
  heard = '';
  const http = createServer();
  io = new Server(http, { transports: ['websocket'], maxHttpBufferSize: 100_000 });
  const connection = once(io, 'connection') as Promise<[Socket]>;
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  client = dial((http.address() as AddressInfo).port, '127.0.0.1');
  client.setNoDelay(true);
  client.on('error', () => {});
  client.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  client.write(
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n' +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await eventually('engine.io greets', () => heard.includes('"sid"'));
  client.write(text('40'));
  [socket] = await connection;
  // What it is told of broken packets; without a listener that would be thrown.
  socket.on('error', () => {});
  const stock = commands(true);
  socket.onAny((event: unknown, ...args: unknown[]) => stock.dispatch(socket, event, args));
  readFrames(socket, commands(false), { maxBytes: 100_000, ...unhurriedReading() });
});

afterEach(async () => {
  client.destroy();
  await io.close();
});

const command = (n: number, more: object = {}): string =>
  `42${JSON.stringify(['publish', { n, ...more }])}`;

/** One command in each of the ways that a client may send it. */
const WAYS: readonly ((n: number) => Buffer)[] = [
  (n) => text(command(n)),
  (n) => text(command(n, { data: 'ü🔔' })),
  (n) => text(command(n, { data: 'x'.repeat(200) })),
  // Longer than what is taken as a frame.
  (n) => text(command(n, { data: 'x'.repeat(20_000) })),
  // In two fragments, with a ping between them.
  (n) => {
    const first = text(command(n).slice(0, 10));
    first[0] = 0x01;
    const rest = text(command(n).slice(10));
    rest[0] = 0x80;
    return Buffer.concat([first, ping(), rest]);
  },
  // With a part that is binary.
  (n) => {
    const part = text('ab');
    part[0] = 0x82;
    const head = `451-["publish",{"n":${n},"data":{"_placeholder":true,"num":0}}]`;
    return Buffer.concat([text(head), part]);
  },
  (n) => Buffer.concat([ping(), text(command(n))]),
  // With the name of the namespace, which Socket.IO reads itself.
  (n) => text(command(n).replace('42', '42/,')),
];

/** Not `once`: that takes the error of a broken packet for an end. */
function disconnected(): Promise<string> {
  return new Promise((resolve) => void socket.once('disconnect', resolve));
}

function ping(): Buffer {
  const frame = text('p');
  frame[0] = 0x89;
  return frame;
}

describe('commands of a connection', () => {
  test('are taken as frames, and Socket.IO does not see them', async () => {
    client.write(Buffer.concat([text(command(1)), text(command(2))]));
    await eventually('both came', () => came.length === 2);
    expect(came).toEqual([1, 2]);
    expect(byStock).toEqual([false, false]);
  });

  test('are acknowledged with their number', async () => {
    client.write(text(`4271["publish",{"n":1}]`));
    await eventually('it was acknowledged', () => heard.includes('4371[{"ok":true}]'));
    expect(byStock).toEqual([false]);
  });

  test('come once each and in order, however they are sent and cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: WAYS.length - 1 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 40 }),
        async (ways, cuts) => {
          came = [];
          const all = Buffer.concat(ways.map((way, n) => WAYS[way]?.(n) ?? Buffer.alloc(0)));
          let from = 0;
          for (const cut of cuts) {
            client.write(all.subarray(from, (from += cut)));
            // Each is a read of its own, as far as two processes' loops can tell.
            await new Promise(setImmediate);
          }
          client.write(all.subarray(from));
          await eventually('all came', () => came.length >= ways.length);
          expect(came).toEqual(ways.map((_way, n) => n));
        },
      ),
      { numRuns: 60 },
    );
    expect(new Set(byStock)).toEqual(new Set([true, false]));
  });

  test('are taken as frames from a stream that is always full, wherever its reads cut them', async () => {
    const many = Array.from({ length: 3_000 }, (_, n) =>
      text(command(n, { data: 'x'.repeat(n % 900) })),
    );
    client.write(Buffer.concat(many));
    await eventually('all came', () => came.length === many.length);
    expect(came).toEqual(many.map((_, n) => n));
    expect(byStock).toEqual(many.map(() => false));
  });

  test('are taken again as frames behind a ping in a stream that is always full', async () => {
    const many = Array.from({ length: 3_000 }, (_, n) =>
      text(command(n, { data: 'x'.repeat(n % 900) })),
    );
    client.write(Buffer.concat([...many.slice(0, 50), ping(), ...many.slice(50)]));
    await eventually('all came', () => came.length === many.length);
    expect(came).toEqual(many.map((_, n) => n));
    // Those of one read.
    expect(byStock.filter(Boolean).length).toBeLessThan(300);
  });

  test('that are more than a read brings keep the connection from its ping timeout', async () => {
    const { conn } = socket as unknown as { conn: { pingTimeoutTimer: object | null } };
    let refreshed = 0;
    conn.pingTimeoutTimer = { refresh: () => (refreshed += 1) };
    client.write(text(command(0)));
    await eventually('it came', () => came.length === 1);
    // By engine.io, which does so once.
    expect(refreshed).toBe(1);
    client.write(
      Buffer.concat(Array.from({ length: 200 }, () => text(command(1, { data: 'x'.repeat(900) })))),
    );
    await eventually('all came', () => came.length === 201);
    expect(refreshed).toBeGreaterThan(10);
    conn.pingTimeoutTimer = null;
  });

  test('of which one half came go to Socket.IO whole, when the other half may not be taken', async () => {
    const second = text(command(2));
    client.write(Buffer.concat([text(command(1)), second.subarray(0, 9)]));
    await eventually('the first was taken', () => came.length === 1);
    const { conn } = socket as unknown as { conn: { pingTimeoutTimer: object | null } };
    const timer = setTimeout(() => {}, 60_000);
    conn.pingTimeoutTimer = timer;
    client.write(second.subarray(9));
    await eventually('the second came', () => came.length === 2);
    expect(byStock).toEqual([false, true]);
    clearTimeout(timer);
  });

  test('of which one half came are nothing when the stream ends', async () => {
    client.write(Buffer.concat([text(command(1)), text(command(2)).subarray(0, 9)]));
    await eventually('the first was taken', () => came.length === 1);
    const ended = disconnected();
    client.end();
    expect(await ended).toBe('transport close');
    expect(came).toEqual([1]);
  });

  test('wait while the stream is paused, and come in order after it', async () => {
    const { _socket: stream } = (
      socket.conn.transport as unknown as { socket: { _socket: NetSocket } }
    ).socket;
    stream.pause();
    client.write(text(command(1)));
    await eventually('it was read', () => stream.readableLength > 0);
    client.write(text(command(2)));
    stream.resume();
    await eventually('both came', () => came.length === 2);
    expect(came).toEqual([1, 2]);
  });

  test('are for Socket.IO while a pong is awaited: they are a sign of life', async () => {
    const { conn } = socket as unknown as { conn: { pingTimeoutTimer: object | null } };
    const timer = setTimeout(() => {}, 60_000);
    conn.pingTimeoutTimer = timer;
    client.write(text(command(1)));
    await eventually('it came', () => came.length === 1);
    expect(byStock).toEqual([true]);
    clearTimeout(timer);
  });

  test('are for Socket.IO when it has more to say to an event than there is', async () => {
    client.write(text('42["not a command",{"n":1}]'));
    await eventually('it came', () => came.length === 1);
    expect(byStock).toEqual([true]);
  });

  test('are not taken behind a packet that waits for its binary part', async () => {
    const { client: inside } = socket as unknown as {
      client: { decoder: { reconstructor?: object | null } };
    };
    let isOver = false;
    void disconnected().then(() => (isOver = true));
    client.write(text('451-["publish",{"_placeholder":true,"num":0}]'));
    // A read of its own.
    await eventually('it waits', () => Boolean(inside.decoder.reconstructor));
    client.write(text(command(1)));
    await eventually('it ends, or was taken', () => isOver || came.length > 0);
    expect(came).toEqual([]);
  });

  test('are not taken in the middle of a message in fragments', async () => {
    const { socket: websocket } = socket.conn.transport as unknown as {
      socket: { _receiver: { _fragmented: number } };
    };
    const first = text(command(1).slice(0, 10));
    first[0] = 0x01;
    let isOver = false;
    void disconnected().then(() => (isOver = true));
    client.write(first);
    await eventually('it was read', () => websocket._receiver._fragmented !== 0);
    client.write(text(command(2)));
    await eventually('it ends, or was taken', () => isOver || came.length > 0);
    expect(came).toEqual([]);
  });

  test('are not taken when the session has ended', async () => {
    const ended = disconnected();
    client.write(text('41'));
    await ended;
    client.write(text(command(1)));
    client.end();
    await once(client, 'close');
    expect(came).toEqual([]);
  });

  test('a stream that ends, ends', async () => {
    client.write(text(command(1)));
    await eventually('it came', () => came.length === 1);
    const ended = disconnected();
    client.end();
    expect(await ended).toBe('transport close');
  });

  test.each<[string, Buffer]>([
    ['broken JSON', text('42["publish",{')],
    [
      'text that is no UTF-8',
      Buffer.concat([text('421["publish",'), Buffer.of(0xff)]).fill(0xff, 20),
    ],
    ['a frame without a mask', Buffer.from('\x81\x03abc', 'latin1')],
  ])('%s ends the connection as Socket.IO would', async (_what, bytes) => {
    const ended = disconnected();
    client.write(bytes);
    await ended;
    expect(came).toEqual([]);
  });
});
