import type { Socket as NetSocket } from 'node:net';
import type { Socket } from 'socket.io';
import { dataOf } from './connection.js';

/** What a socket keeps of its handshake, writable where the types say otherwise. */
interface Keepsakes {
  handshake: object;
  readonly conn: { request: Request | null };
}

/** Of the request that became the connection: its stream, and what it keeps of its head. */
interface Request {
  readonly socket: NetSocket;
  headers: object;
  rawHeaders: readonly string[];
  _query: object;
}

/** One for all sockets: nothing asks for it any more. */
const FORGOTTEN = Object.freeze({ headers: {}, query: {}, auth: {} });

/** The listener of Engine.IO's answer, word for word: nothing else tells it from others. */
const TELLS_CLOSE = '() => this.emit("close")';

const EMPTY_HEAD = Object.freeze({ headers: {}, rawHeaders: [], _query: {} });

/**
 * Lets go of the request and the handshake of a connection that was let in: kilobytes of headers and
 * the token, kept by Socket.IO for as long as the connection lasts. Not while it may still change its
 * transport, which is proven by the request.
 */
export function forgetHandshake(socket: Socket): void {
  // Not deleted: what has lost a property is kept as a table, several times as large.
  dataOf(socket).handshake = undefined;
  const keeps = socket as unknown as Keepsakes;
  keeps.handshake = FORGOTTEN;
  if (socket.conn.transport.name !== 'websocket') return;
  const { request } = keeps.conn;
  keeps.conn.request = null;
  // Where a listener still holds on to it, it is at least empty.
  if (request && !forgetAnswer(request)) Object.assign(request, EMPTY_HEAD);
}

/**
 * Engine.IO tells middlewares, of which there are none here, when the answer to an upgrade is over: its
 * listener would hold answer and request until the connection closes. False: there is no such listener.
 */
function forgetAnswer({ socket }: Request): boolean {
  const tells = socket.listeners('close').findLast((listener) => String(listener) === TELLS_CLOSE);
  if (tells) socket.off('close', tells as () => void);
  return tells !== undefined;
}
