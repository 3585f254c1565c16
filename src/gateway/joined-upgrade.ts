import type { IncomingMessage } from 'node:http';

/** The version of Engine.IO that is spoken here; one that asks for another is refused. */
const SPOKEN = '4';

/**
 * The answer to an upgrade and the first packet of Engine.IO follow each other in one turn: one write. A
 * refusal ends the connection at once, and with it what waits: it is left alone.
 */
export function joinUpgrade({ url, socket }: IncomingMessage): void {
  const query = new URLSearchParams(url?.slice(url.indexOf('?') + 1));
  if (query.get('EIO') !== SPOKEN) return;
  socket.cork();
  process.nextTick(() => socket.uncork());
}
