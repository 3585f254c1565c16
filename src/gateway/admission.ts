import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { CarillonError } from '../protocol/carillon-error.js';
import { CODES } from '../protocol/codes.js';
import { BROKER, type Broker } from '../broker/broker.port.js';
import { CONFIG, type Config } from '../config/config.js';
import { Metrics } from '../telemetry/metrics.js';
import { isOriginAllowed } from './origin.js';

/** Seconds after which a client that was turned away may come back. */
const RETRY_AFTER_SECONDS = 2;

/** Decides at the door, before anything is spent on a connection. */
@Injectable()
export class Admission {
  /** Whether a peer's forwarded headers are believed; set at start from TRUST_PROXY. */
  isTrustedProxy: (address: string) => boolean = () => false;
  #isDraining = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(BROKER) private readonly broker: Broker,
    private readonly metrics: Metrics,
  ) {}

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** From now on nobody is let in. */
  drain(): void {
    this.#isDraining = true;
  }

  /** True: go on with the handshake. False: the request was answered here. */
  admit(request: EngineRequest, connections: number): boolean {
    const refusal = this.#refusal(request, connections);
    if (!refusal) return true;
    this.metrics.connection('refused');
    refuse(request, refusal);
    return false;
  }

  #refusal(request: IncomingMessage, connections: number): CarillonError | null {
    if (!isOriginAllowed(request, this.config.corsOrigins, this.isTrustedProxy)) {
      return new CarillonError(
        'origin_forbidden',
        'Pages of this origin may not connect. Add it to CORS_ORIGINS.',
      );
    }
    if (this.#isDraining) {
      return new CarillonError('draining', 'This instance is stopping. Connect to another one.');
    }
    if (!this.broker.isReady()) {
      return new CarillonError('unavailable', 'This instance waits for its broker. Try again.');
    }
    if (connections >= this.config.maxConnections) {
      return new CarillonError(
        'too_many_connections',
        'This instance is full. Connect to another one or try again.',
      );
    }
    return null;
  }
}

/** engine.io puts the response of a polling request beside the request. */
type EngineRequest = IncomingMessage & { readonly res?: ServerResponse | null };

function refuse(request: EngineRequest, error: CarillonError): void {
  const status = CODES[error.code].status ?? 503;
  const body = JSON.stringify({
    type: `urn:carillon:error:${error.code}`,
    title: STATUS_CODES[status],
    status,
    detail: error.message,
    code: error.code,
    retryable: CODES[error.code].retryable,
  });
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...(status === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}),
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
