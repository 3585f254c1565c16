import type { IncomingMessage } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Socket } from 'socket.io';
import { dataOf } from './connection.js';

/** Private in engine.io and ws: each is optional, and without one nothing is joined. */
interface TransportInside {
  readonly name: string;
  readonly socket?: { readonly _socket?: NetSocket | null };
}

/** The answer to an upgrade and the first packet of Engine.IO follow each other in one turn: one write. */
export function joinUpgrade({ socket }: IncomingMessage): void {
  socket.cork();
  process.nextTick(() => socket.uncork());
}

/** From here until `endGreeting`, what a WebSocket is sent waits, and then goes out in one write. */
export function beginGreeting(socket: Socket): void {
  const { name, socket: websocket } = socket.conn.transport as unknown as TransportInside;
  const stream = name === 'websocket' ? websocket?._socket : null;
  if (!stream) return;
  stream.cork();
  dataOf(socket).greeting = stream;
}

/** Does nothing when there is no greeting, or when it has ended. */
export function endGreeting(socket: Socket): void {
  const data = dataOf(socket);
  data.greeting?.uncork();
  delete data.greeting;
}
