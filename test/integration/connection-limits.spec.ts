import { connect as connectTcp, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { connect, connecting } from '../support/client.js';
import { startCarillon } from '../support/carillon-process.js';
import { within } from '../support/eventually.js';
import { rawSession } from '../support/raw-client.js';
import { tokenFor } from '../support/token.js';

test('a user with as many connections as it may have is told so, and is in when one is gone', async () => {
  const server = await startCarillon({ env: { MAX_CONNECTIONS_PER_USER: '2' } });
  const token = await tokenFor(server.secret, { sub: 'ann' });
  const first = await connect(server.url, { token });
  await connect(server.url, { token });

  const third = connecting(server.url, { token });
  await third.until(() => third.all('closing').length > 0, 'a closing');
  const [closing] = third.all('closing');
  expect(closing).toMatchObject({ code: 'too_many_connections', reconnect: true });
  expect(closing?.retryAfterMs).toBeGreaterThan(0);
  expect(third.sessions).toEqual([]);
  // Another user is not concerned.
  await connect(server.url, { token: await tokenFor(server.secret, { sub: 'bob' }) });

  first.close();
  await third.until(() => third.sessions.length === 1, 'a session');
});

test('who leaves its session leaves its connection, and cannot hold more than it may have', async () => {
  const server = await startCarillon({ env: { MAX_CONNECTIONS_PER_USER: '1' } });
  const token = await tokenFor(server.secret, { sub: 'ann' });
  const first = await rawSession(server.url, token);
  first.send('41');
  await within('it is closed', 5_000, first.closed);
  await rawSession(server.url, token);
});

test('a head that is sent by halves, or not at all, does not hold a connection', async () => {
  const server = await startCarillon();
  const half = socketTo(server.port);
  half.write('GET /health/live HTTP/1.1\r\nHost: here\r\nX-Slow: ');
  const silent = socketTo(server.port);
  const upgrading = socketTo(server.port);
  upgrading.write('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nUpgrade: webso');
  await within('all three are closed', 9_000, Promise.all([half, silent, upgrading].map(closedOf)));
  // Somebody in a hurry is not kept waiting by them.
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
});

test('connections beyond those for sockets are bounded too', async () => {
  const server = await startCarillon({ env: { MAX_CONNECTIONS: '1' } });
  let closed = 0;
  const sockets: Socket[] = [];
  const dropped = new Promise<void>((resolve) => {
    for (let count = 0; count < 600; count += 1) {
      const socket = socketTo(server.port);
      socket.once('close', () => {
        closed += 1;
        // One for sockets and 500 beside it.
        if (closed === 600 - 501) resolve();
      });
      sockets.push(socket);
    }
  });
  // Sooner than silent connections are closed for their silence.
  await within('those above 501 are dropped as they come', 4_000, dropped);
  expect(closed).toBe(99);
  for (const socket of sockets) socket.destroy();
});

function socketTo(port: number): Socket {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => undefined);
  return socket.resume();
}

function closedOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}
