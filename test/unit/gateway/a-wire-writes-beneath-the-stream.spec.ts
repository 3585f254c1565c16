import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Server, type Socket } from 'socket.io';
import { WebSocket } from 'ws';
import { SocketWire } from '../../../src/gateway/socket-wire.js';
import { ownBytes } from '../../../src/kernel/own-bytes.js';
import { textFrame } from '../../../src/kernel/websocket-frame.js';
import { eventually } from '../../support/eventually.js';

let io: Server;
let client: WebSocket;
let packets: string[];
let wire: SocketWire;
let socket: Socket;

beforeEach(async () => {
  packets = [];
  const http = createServer();
  io = new Server(http, { transports: ['websocket'] });
  const connection = once(io, 'connection') as Promise<[Socket]>;
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  client = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  client.on('message', (data: Buffer) => packets.push(data.toString()));
  client.once('open', () => client.send('40'));
  [socket] = await connection;
  wire = new SocketWire(socket);
});

afterEach(async () => {
  client.terminate();
  await io.close();
});

/** The stream under the connection, and what was written by way of it. */
function watched(): { stream: NetSocket; written: unknown[] } {
  const { _socket: stream } = (
    socket.conn.transport as unknown as { socket: { _socket: NetSocket } }
  ).socket;
  const written: unknown[] = [];
  const { write } = stream;
  stream.write = (...args: unknown[]) => {
    written.push(args[0]);
    return Reflect.apply(write, stream, args) as boolean;
  };
  return { stream, written };
}

const messages = (): string[] => packets.filter((packet) => packet.startsWith('42'));

test('messages of an idle connection never see the stream', async () => {
  const { written } = watched();
  wire.write(textFrame('42["a"]'), [], []);
  wire.write(Buffer.concat([textFrame('42["b"]'), textFrame('42["c"]')]), [], []);
  await eventually('all came', () => messages().length === 3);
  expect(messages()).toEqual(['42["a"]', '42["b"]', '42["c"]']);
  expect(written).toEqual([]);
});

test('what the kernel does not take is counted until it has, and nothing overtakes it', async () => {
  const { written } = watched();
  client.pause();
  const large = `42["${'x'.repeat(16 << 20)}"]`;
  wire.write(textFrame(large), [], []);
  expect(wire.unflushed()).toBeGreaterThan(16 << 20);
  let drained = 0;
  wire.onceDrained(() => {
    drained += 1;
    expect(wire.unflushed()).toBe(0);
  });
  wire.write(textFrame('42["second"]'), [], []);
  socket.emit('third');
  expect(written.length).toBeGreaterThan(0);
  expect(drained).toBe(0);
  client.resume();
  await eventually('all came', () => messages().length === 3);
  await eventually('it is told', () => drained === 1);
  expect(messages()).toEqual([large, '42["second"]', '42["third"]']);
});

test('no more than one write waits beneath the stream, and all that waits is counted', async () => {
  const { stream } = watched();
  client.pause();
  const large = textFrame(`42["${'x'.repeat(16 << 20)}"]`);
  wire.write(large, [], []);
  const held = wire.unflushed();
  wire.write(large, [], []);
  expect(stream.writableLength).toBe(large.length);
  expect(wire.unflushed()).toBe(held + large.length);
  client.resume();
  await eventually('both came', () => messages().length === 2);
  await eventually('nothing waits', () => wire.unflushed() === 0);
});

test('what waits in the stream holds on to nothing but itself', async () => {
  const { written } = watched();
  client.pause();
  wire.write(textFrame(`42["${'x'.repeat(16 << 20)}"]`), [], []);
  // Small buffers are parts of a larger one.
  const small = textFrame('42["small"]');
  expect(small.buffer.byteLength).toBeGreaterThan(small.length);
  wire.write(small, [], []);
  const [waiting] = written as Buffer[];
  expect(waiting).toEqual(small);
  expect(waiting?.buffer.byteLength).toBe(small.length);
  client.resume();
  await eventually('both came', () => messages().length === 2);
});

test('the same bytes have one copy however many wait for them', () => {
  const small = textFrame('42["small"]');
  expect(ownBytes(small)).not.toBe(small);
  expect(ownBytes(small)).toBe(ownBytes(small));
  expect(ownBytes(ownBytes(small))).toBe(ownBytes(small));
});

test('binary parts that go by way of the library hold on to nothing but themselves', () => {
  const inside = socket.conn.transport as unknown as { socket: { _sender: { _state: number } } };
  // As while a message is being compressed.
  inside.socket._sender._state = 1;
  const part = Buffer.from('one of many in a pool');
  expect(part.buffer.byteLength).toBeGreaterThan(part.length);
  const written = jest.spyOn(socket.conn, 'write').mockReturnThis();
  wire.write(part, [{ packet: () => ({ text: '251-["a"]', parts: [part] }) }], [true]);
  const [text, own] = written.mock.calls.map(([data]) => data as unknown);
  expect(text).toBe('251-["a"]');
  expect(own).toEqual(part);
  expect((own as Buffer).buffer.byteLength).toBe(part.length);
});

test('nobody is told that it drained when the peer goes away meanwhile', async () => {
  const { stream } = watched();
  client.pause();
  wire.write(textFrame(`42["${'x'.repeat(16 << 20)}"]`), [], []);
  let drained = 0;
  wire.onceDrained(() => (drained += 1));
  const ended = new Promise((resolve) => stream.once('close', resolve));
  (client as unknown as { _socket: NetSocket })._socket.resetAndDestroy();
  await ended;
  expect(wire.unflushed()).toBe(0);
  // It would be told in a later turn.
  for (let turn = 0; turn < 3; turn += 1) await immediate();
  expect(drained).toBe(0);
});

test('a goodbye comes behind what waits beneath the stream', async () => {
  client.pause();
  const large = `42["${'x'.repeat(16 << 20)}"]`;
  wire.write(textFrame(large), [], []);
  wire.close({ code: 'draining', message: 'Moved.', reconnect: true, retryAfterMs: 0 });
  const closed = once(client, 'close');
  client.resume();
  await closed;
  expect(messages()[0]).toBe(large);
  expect(messages()[1]).toContain('"closing"');
});

test('who is closed again while it does not take its goodbye is told once, and ended once', async () => {
  client.pause();
  socket.emit('large', 'x'.repeat(16 << 20));
  socket.emit('behind it');
  const timers = jest.spyOn(globalThis, 'setTimeout');
  for (let n = 0; n < 3; n += 1) {
    wire.close({ code: 'slow_consumer', message: 'Slow.', reconnect: true, retryAfterMs: 0 });
  }
  expect(socket.connected).toBe(true);
  expect(timers.mock.calls.filter(([, ms]) => ms === 1_000)).toHaveLength(1);
  timers.mockRestore();
  const closed = once(client, 'close');
  client.resume();
  await closed;
  expect(messages().filter((packet) => packet.includes('"closing"'))).toHaveLength(1);
});

test('acknowledgements of a turn are one write, and never see the stream', async () => {
  const { stream, written } = watched();
  const before = stream.bytesWritten;
  wire.write(textFrame('42["first"]'), [], []);
  for (let n = 0; n < 50; n += 1) wire.writeText(`43${n}[${n}]`);
  expect(stream.bytesWritten).toBe(before + textFrame('42["first"]').length);
  expect(wire.unflushed()).toBeGreaterThan(50 * 7);
  await eventually('all came', () => packets.includes('4349[49]'));
  expect(packets.slice(-50)).toEqual(Array.from({ length: 50 }, (_, n) => `43${n}[${n}]`));
  expect(written).toEqual([]);
  expect(wire.unflushed()).toBe(0);
});

/** Of this turn: acknowledgements with something between them. */
async function around(between: () => void): Promise<string[]> {
  wire.writeText('430[1]');
  between();
  wire.writeText('431[2]');
  await eventually('all came', () => packets.includes('431[2]'));
  return packets.slice(-3).map((packet) => packet.slice(0, 6));
}

test('acknowledgements that are being collected stay before a message', async () => {
  const came = await around(() => wire.write(textFrame('42["after"]'), [], []));
  expect(came).toEqual(['430[1]', '42["af', '431[2]']);
});

test('acknowledgements that are being collected stay before a push by way of Socket.IO', async () => {
  const came = await around(() => wire.emit('status', { broker: 'up' } as never));
  expect(came).toEqual(['430[1]', '42["st', '431[2]']);
});

test('an acknowledgement comes before the goodbye', async () => {
  const closed = once(client, 'close');
  wire.writeText('430[1]');
  wire.close({ code: 'draining', message: 'Moved.', reconnect: true, retryAfterMs: 0 });
  await closed;
  expect(packets.at(-2)).toBe('430[1]');
  expect(packets.at(-1)).toContain('"closing"');
});

test('acknowledgements of a peer that has gone are let go of', async () => {
  const { stream } = watched();
  wire.writeText('430[1]');
  stream.destroy();
  for (let turn = 0; turn < 3; turn += 1) await immediate();
  expect(wire.unflushed()).toBe(0);
});

test('what a stream holds below its mark is not taken for taken', async () => {
  const { stream } = watched();
  let held = 2_000;
  Object.defineProperty(stream, 'writableLength', { get: () => held });
  let looks = 0;
  const drained = new Promise<void>((resolve) => {
    wire.onceDrained(() => {
      looks += 1;
      resolve();
    });
  });
  for (let turn = 0; turn < 20; turn += 1) await immediate();
  expect(looks).toBe(0);
  held = 0;
  await drained;
  expect(looks).toBe(1);
});
