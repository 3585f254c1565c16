import type { IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import type { MessageMappingProperties } from '@nestjs/websockets';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions, Socket } from 'socket.io';
import { CarillonError } from '../protocol/carillon-error.js';
import type { Config } from '../config/config.js';
import type { Admission } from './admission.js';
import { connectionOf, dataOf } from './connection.js';
import { type Answer, answerDirectly } from './direct-answer.js';
import { joinUpgrade } from './joined-greeting.js';
import { refuseAsEngine } from './refusal.js';
import { terminateSoon } from './socket-wire.js';
import type { HandshakeGuard } from './handshake.js';

/** A connection that was not let in within this time is closed, in milliseconds. */
const HANDSHAKE_MS = 5_000;

/** Requests of one connection that may wait for their answer. */
const PENDING_MAX = 4_096;

type Handlers = Readonly<Record<string, MessageMappingProperties['callback']>>;

/**
 * Nest's Socket.IO adapter with the server's options in one place and one dispatcher per socket, where
 * Nest would bind a stream for each handler and leave failed and unknown events unanswered.
 */
export class SocketAdapter extends IoAdapter {
  constructor(
    app: INestApplicationContext,
    private readonly config: Config,
    private readonly admission: Admission,
    private readonly handshake: HandshakeGuard,
  ) {
    super(app);
  }

  override createIOServer(port: number): Server {
    const { config } = this;
    const options: Partial<ServerOptions> = {
      transports: [...config.transports],
      allowUpgrades: config.transports.length > 1,
      maxHttpBufferSize: config.maxPacketBytes,
      pingInterval: config.pingIntervalMs,
      pingTimeout: config.pingTimeoutMs,
      connectTimeout: HANDSHAKE_MS,
      serveClient: false,
      perMessageDeflate: false,
      cors: { origin: [...config.corsOrigins] },
      allowRequest: (request: IncomingMessage, decide: (error: null, ok: boolean) => void) => {
        // A refusal is answered by the admission itself: engine.io knows no 503.
        if (!this.admission.admit(request, server.engine.clientsCount)) return;
        if (request.headers.upgrade !== undefined) joinUpgrade(request);
        decide(null, true);
      },
    };
    // Nest asks for complete options where Socket.IO takes any part of them.
    const server: Server = super.createIOServer(port, options as ServerOptions);
    server.engine.on('connection', endSoonAfterClose);
    server.engine.on('connection_error', refuseAsEngine);
    server.use(this.handshake.middleware);
    return server;
  }

  override bindMessageHandlers(socket: Socket, handlers: MessageMappingProperties[]): void {
    // A plain object, because it is kept for each connection and a map takes thrice the room.
    const byName: Handlers = Object.fromEntries(
      handlers.map(({ message, callback }) => [String(message), callback]),
    );
    answerDirectly(socket);
    socket.onAny((event: unknown, ...args: unknown[]) => {
      const last = args.at(-1);
      const answer = isAnswer(last) ? last : null;
      const payload = answer ? args.slice(0, -1) : args;
      void this.#dispatch(socket, byName, event, payload, answer);
    });
  }

  async #dispatch(
    socket: Socket,
    handlers: Handlers,
    event: unknown,
    payload: readonly unknown[],
    answer: Answer | null,
  ): Promise<void> {
    if (!dataOf(socket).connection) return;
    const connection = connectionOf(socket);
    const handler =
      typeof event === 'string' && Object.hasOwn(handlers, event) ? handlers[event] : undefined;
    const refusal = refusalOf(handler !== undefined, payload, connection.pending);
    if (refusal || !handler) {
      answer?.({ ok: false, error: refusal?.toBody() });
      return;
    }
    if (!connection.isReading()) return;
    connection.pending += 1;
    try {
      await connection.ready;
      const reply: unknown = await handler(payload[0], answer ?? ignore);
      // Undefined: the handler or its filter has answered.
      if (typeof reply === 'object' && reply !== null) answer?.({ ok: true, ...reply });
    } finally {
      connection.pending -= 1;
    }
  }
}

/** A peer that does not answer the end of its connection keeps nothing of it for long. */
function endSoonAfterClose(connection: Socket['conn']): void {
  connection.once('close', (reason: string) => {
    // Who answered no ping will answer no goodbye either.
    if (reason === 'ping timeout') terminateSoon(connection, 0);
    else terminateSoon(connection);
  });
}

function refusalOf(
  isKnown: boolean,
  payload: readonly unknown[],
  pending: number,
): CarillonError | null {
  if (!isKnown) {
    return new CarillonError(
      'invalid_request',
      'There is no such event. See the list of commands.',
    );
  }
  const [body] = payload;
  const isObject =
    typeof body === 'object' && body !== null && !Array.isArray(body) && !ArrayBuffer.isView(body);
  if (payload.length !== 1 || !isObject) {
    return new CarillonError('invalid_request', 'Send exactly one object and an acknowledgement.');
  }
  if (pending >= PENDING_MAX) {
    return new CarillonError('overloaded', 'Too many requests wait for their answer. Slow down.', {
      retryAfterMs: 1000,
    });
  }
  return null;
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'function';
}

/** A command without an acknowledgement is carried out; there is nobody to tell. */
function ignore(): void {}
