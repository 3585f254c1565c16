import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Server } from 'socket.io';
import { WebSocket } from 'ws';
import { HandshakeGuard } from '../../../src/gateway/handshake.js';
import type { Caller } from '../../../src/identity/caller.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import { Metrics } from '../../../src/telemetry/metrics.js';
import { eventually, within } from '../../support/eventually.js';

const ANN = { user: 'ann' } as Caller;

let io: Server;
let client: WebSocket;
let heard: string[];
let sessions: number;
/** Who asks to be let in, in order; the test decides. */
let asking: { letIn: () => void; refuse: (error: Error) => void }[];

beforeEach(async () => {
  asking = [];
  heard = [];
  sessions = 0;
  const identity = {
    authenticate: () =>
      new Promise<Caller>((resolve, reject) =>
        asking.push({ letIn: () => resolve(ANN), refuse: reject }),
      ),
  };
  const http = createServer();
  io = new Server(http, { transports: ['websocket'] });
  io.use(new HandshakeGuard(identity as never, new Metrics()).middleware);
  io.on('connection', () => (sessions += 1));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  client = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  client.on('message', (data: Buffer) => heard.push(data.toString()));
  await once(client, 'open');
});

afterEach(async () => {
  client.terminate();
  await io.close();
});

/** Sockets that Socket.IO keeps before they are let in; private there. */
function kept(): number {
  const { _preConnectSockets: sockets } = io.of('/') as unknown as {
    _preConnectSockets: Map<string, unknown>;
  };
  return sockets.size;
}

async function asked(count: number): Promise<void> {
  await eventually('it is asked for', () => asking.length === count);
}

test('a second CONNECT while the first is being checked ends the connection', async () => {
  client.send('40{"token":"t"}');
  client.send('40{"token":"t"}');
  await within('it is closed', 5_000, once(client, 'close'));
  expect(asking).toHaveLength(1);
  asking[0]?.letIn();
  await eventually('nothing is kept', () => kept() === 0);
  expect(sessions).toBe(0);
});

test('who was refused may try another token on the same connection', async () => {
  client.send('40{"token":"old"}');
  await asked(1);
  asking[0]?.refuse(new CarillonError('unauthenticated', 'The token has expired.'));
  await eventually('it is told', () => heard.some((text) => text.startsWith('44')));
  client.send('40{"token":"new"}');
  await asked(2);
  asking[1]?.letIn();
  await eventually('it has a session', () => sessions === 1);
});

test('who is to come back is kept by nothing, and told by the end of its connection alone', async () => {
  client.send('40{"token":"t"}');
  await asked(1);
  expect(kept()).toBe(1);
  asking[0]?.refuse(new CarillonError('unavailable', 'Nobody could be asked.'));
  await within('it is closed', 5_000, once(client, 'close'));
  await eventually('nothing is kept', () => kept() === 0);
  expect(heard.filter((text) => text.startsWith('4'))).toEqual([]);
});
