import { createServer, type Socket } from 'node:net';
import process from 'node:process';
import { FrameScanner } from '../../wire/frame-scanner.js';
import { serverFrame } from '../../wire/text-frame.js';

// The floor: just enough Socket.IO to be spoken to. One ready frame for each message, written to each
// socket of its room by itself; no broker, no WebSocket library.

const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const OPENING =
  '0{"sid":"bare","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';

const rooms = new Map<string, Set<Socket>>();

const server = createServer({ noDelay: true }, (socket) => {
  const scanner = new FrameScanner((bytes, start, end) =>
    take(socket, bytes.toString('utf8', start, end)),
  );
  socket.once('data', () => {
    socket.write(SWITCHING);
    socket.write(serverFrame(OPENING));
    socket.on('data', (chunk) => scanner.push(chunk));
  });
  socket.on('close', () => {
    for (const room of rooms.values()) room.delete(socket);
  });
  // A client that went away is no business of the floor.
  socket.on('error', () => socket.destroy());
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  process.stdout.write(`listening on ${address.port}\n`);
});
process.on('SIGTERM', () => process.exit(0));

function take(socket: Socket, packet: string): void {
  if (packet === '40') {
    socket.write(serverFrame('40{"sid":"bare"}'));
    return;
  }
  const bracket = packet.indexOf('[');
  const id = packet.slice(2, bracket);
  const [name, body] = JSON.parse(packet.slice(bracket)) as [string, { readonly room: string }];
  if (name === 'join') {
    const room = rooms.get(body.room);
    if (room) room.add(socket);
    else rooms.set(body.room, new Set([socket]));
  } else {
    const frame = serverFrame(`42["message",${packet.slice(packet.indexOf(',') + 1)}`);
    for (const receiver of rooms.get(body.room) ?? []) receiver.write(frame);
  }
  socket.write(serverFrame(`43${id}[{"ok":true}]`));
}
