import { Manager, type Socket } from 'socket.io-client';

/**
 * Opens one connection with the official client and nothing else: no coming back by itself.
 *
 * @param url may have a path, for a proxy with a prefix
 */
export function openSocket(url: string, auth: Readonly<Record<string, unknown>>): Socket {
  const { origin, pathname } = new URL(url);
  const manager = new Manager(origin, {
    path: `${pathname.replace(/\/+$/, '')}/socket.io/`,
    transports: ['websocket'],
    reconnection: false,
    autoConnect: false,
    timeout: 10_000,
  });
  const socket = manager.socket('/', { auth: { ...auth } });
  socket.connect();
  return socket;
}

/** Ends it, whatever it was doing. */
export function closeSocket(socket: Socket): void {
  socket.disconnect();
  // After a refusal, or while it opens, the socket alone would leave the connection behind.
  socket.io.engine?.close();
}

/** Why it could not be opened: the server's own word, or what the network says. */
export interface Refusal {
  /** Null: no word of the server. */
  readonly code: string | null;
  readonly message: string;
}

/** Reads what `connect_error` brings. */
export function refusalOf(error: unknown): Refusal {
  const { data, message, description } = error as Readonly<Record<string, unknown>>;
  if (typeof data === 'object' && data !== null && 'code' in data) {
    const said = 'message' in data ? String(data.message) : '';
    return { code: String(data.code), message: said };
  }
  const isTold = typeof description === 'object' && description !== null;
  const reason = isTold && 'message' in description ? String(description.message) : '';
  return { code: null, message: reason === '' ? String(message) : reason };
}
