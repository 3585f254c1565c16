import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/**
 * Whether a browser page may open a connection. No `Origin`: not a browser, allowed. Otherwise it must
 * be listed exactly, or be the very origin that serves this instance. CORS does not cover WebSocket
 * upgrades, so this is the only check there is.
 */
export function isOriginAllowed(
  request: IncomingMessage,
  allowed: readonly string[],
  isTrustedProxy: (address: string) => boolean,
): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  return allowed.includes(origin) || origin === ownOrigin(request, isTrustedProxy);
}

function ownOrigin(
  request: IncomingMessage,
  isTrustedProxy: (address: string) => boolean,
): string | null {
  const { socket, headers } = request;
  const isForwarded = isTrustedProxy(socket.remoteAddress ?? '');
  const host = (isForwarded && first(headers['x-forwarded-host'])) || headers.host;
  const scheme =
    (isForwarded && first(headers['x-forwarded-proto'])) ||
    (socket instanceof TLSSocket ? 'https' : 'http');
  return host === undefined ? null : `${scheme}://${host}`;
}

/** The value of the proxy nearest to the client. */
function first(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  return text?.split(',')[0]?.trim();
}
