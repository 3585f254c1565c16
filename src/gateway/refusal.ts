import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { CarillonError } from '../protocol/carillon-error.js';
import { CODES } from '../protocol/codes.js';

/** When a client that was turned away may come back, where nothing better is known; spread over some. */
const RETRY_MS = 1_000;
const RETRY_SPREAD_MS = 2_000;

/** What engine.io adds to a request: the response of a polling one, the socket of an upgraded one. */
export type EngineRequest = IncomingMessage & {
  readonly res?: ServerResponse | null;
  readonly websocket?: object | null;
};

/** Some time after which to come back, not the same for all who are told at once. */
export function spreadRetryMs(): number {
  return RETRY_MS + Math.floor(Math.random() * RETRY_SPREAD_MS);
}

/** Answers a request or an upgrade with a problem body instead of a connection. */
export function refuse(request: EngineRequest, error: CarillonError): void {
  const { code, message, retryable, retryAfterMs } = error.toBody();
  const status = CODES[code].status ?? 503;
  const body = JSON.stringify({
    type: `urn:carillon:error:${code}`,
    title: STATUS_CODES[status],
    status,
    detail: message,
    code,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...(retryAfterMs === undefined
      ? {}
      : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
  };
  if (request.res) {
    request.res.writeHead(status, headers).end(body);
    return;
  }
  // An upgrade has no response object; its socket is written to as engine.io does it.
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  request.socket.on('error', () => request.socket.destroy());
  request.socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

/** By the numbers of engine.io; what it would say by itself is no problem body. */
const ENGINE_REFUSALS: Readonly<Record<number, string>> = {
  0: 'This transport is not served here. Use `transports: ["websocket"]`, or see TRANSPORTS.',
  1: 'This connection is not known here any more. Connect anew.',
  2: 'A connection begins with GET.',
  5: 'Use a client of Socket.IO 4, which speaks version 4 of its protocol.',
};

/** Answers what engine.io is about to refuse by itself; it says nothing more once that is done. */
export function refuseAsEngine({ req, code }: { req: EngineRequest; code: number }): void {
  const isAnswered = req.res?.headersSent === true || (req.websocket ?? null) !== null;
  if (isAnswered) return;
  const words = ENGINE_REFUSALS[code] ?? 'This is no request of a Socket.IO client.';
  refuse(req, new CarillonError('invalid_request', words));
}
