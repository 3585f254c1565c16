import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Server, type Socket } from 'socket.io';
import { WebSocket } from 'ws';
import { dataOf } from '../../../src/gateway/connection.js';
import { forgetHandshake } from '../../../src/gateway/lean-socket.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let io: Server;
let client: WebSocket;
let socket: Socket;
let request: WeakRef<IncomingMessage>;

beforeEach(async () => {
  const http = createServer();
  io = new Server(http, { transports: ['websocket'] });
  http.on('upgrade', (upgrade: IncomingMessage) => {
    request = new WeakRef(upgrade);
  });
  const connection = once(io, 'connection') as Promise<[Socket]>;
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  client = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  client.once('open', () => client.send('40'));
  [socket] = await connection;
});

afterEach(async () => {
  client.terminate();
  await io.close();
});

async function isKept(): Promise<boolean> {
  for (let turn = 0; turn < 3; turn += 1) {
    await immediate();
    collectGarbage();
  }
  return request.deref() !== undefined;
}

test('the request that became the connection is kept by nothing once it was let in', async () => {
  expect(await isKept()).toBe(true);
  forgetHandshake(socket);
  expect(await isKept()).toBe(false);
  expect(socket.connected).toBe(true);
});

test('the handshake is asked for by nobody any more, and the end of the connection is still told', async () => {
  forgetHandshake(socket);
  expect(dataOf(socket).handshake).toBeUndefined();
  expect(socket.handshake).toEqual({ headers: {}, query: {}, auth: {} });
  const ended = once(socket, 'disconnect');
  client.terminate();
  expect(await ended).toMatchObject(['transport close']);
});
