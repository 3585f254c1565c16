import type { Socket } from 'socket.io';
import { dataOf } from './connection.js';

/** What a socket keeps of its handshake, writable where the types say otherwise. */
interface Keepsakes {
  handshake: object;
  readonly conn: { request: Request | null };
}

/** Of the request that became the connection: what it keeps of its head. */
interface Request {
  headers: object;
  rawHeaders: readonly string[];
  _query: object;
}

/** One for all sockets: nothing asks for it any more. */
const FORGOTTEN = Object.freeze({ headers: {}, query: {}, auth: {} });

const EMPTY_HEAD: Request = Object.freeze({ headers: {}, rawHeaders: [], _query: {} });

/**
 * Lets go of the request and the handshake of a connection that was let in: kilobytes of headers and
 * the token, kept by Socket.IO for as long as the connection lasts. Not while it may still change its
 * transport, which is proven by the request.
 */
export function forgetHandshake(socket: Socket): void {
  delete dataOf(socket).handshake;
  const keeps = socket as unknown as Keepsakes;
  keeps.handshake = FORGOTTEN;
  if (socket.conn.transport.name !== 'websocket') return;
  const { request } = keeps.conn;
  keeps.conn.request = null;
  // A listener of Engine.IO holds on to it until the connection closes.
  if (request) Object.assign(request, EMPTY_HEAD);
}
