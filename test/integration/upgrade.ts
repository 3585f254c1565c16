import { WebSocket } from 'ws';
import { within } from '../support/eventually.js';

/** How a server answered a WebSocket upgrade that it did not accept. */
export interface RefusedUpgrade {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
}

/**
 * Asks for a WebSocket as a browser or a client does, and resolves with the refusal, or null when
 * it was accepted (and then closed at once).
 */
export function upgrade(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  query = 'EIO=4&transport=websocket',
): Promise<RefusedUpgrade | null> {
  const address = `${url.replace('http', 'ws')}/socket.io/?${query}`;
  const socket = new WebSocket(address, { headers });
  const answer = new Promise<RefusedUpgrade | null>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      socket.terminate();
      resolve(null);
    });
    socket.once('unexpected-response', (request, response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        request.destroy();
        const body = JSON.parse(text) as Record<string, unknown>;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
  });
  return within('an answer to the upgrade', 10_000, answer);
}
