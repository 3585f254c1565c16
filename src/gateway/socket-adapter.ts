import type { IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions, Socket } from 'socket.io';
import type { Config } from '../config/config.js';
import type { LoopDelay } from '../kernel/loop-delay.js';
import type { Admission } from './admission.js';
import type { CommandDispatcher } from './command-dispatcher.js';
import { answerDirectly } from './direct-answer.js';
import { readFrames, type ReadRules } from './frame-reader.js';
import { joinUpgrade } from './joined-upgrade.js';
import { ReadingTurns } from './reading-turns.js';
import { ReadingWindow } from './reading-window.js';
import { refuseAsEngine } from './refusal.js';
import { terminateSoon } from './socket-wire.js';
import type { HandshakeGuard } from './handshake.js';
import { unreadBound } from './unread-bound.js';

/** A connection that was not let in within this time is closed, in milliseconds. */
const HANDSHAKE_MS = 5_000;

/** What Engine.IO may hold for a connection beside an outbox and one packet, in bytes: more than all answers together. */
const UNREAD_SPARE_BYTES = 4_194_304;

/** Below so many reads in a millisecond an instance has time: windows would save it little and make all of it late. */
const BUSY_READS_PER_MS = 0.4;

/**
 * Nest's Socket.IO adapter with the server's options in one place and one dispatcher for all events, where
 * Nest would bind a stream for each handler and leave failed and unknown events unanswered.
 */
export class SocketAdapter extends IoAdapter {
  readonly #reading: ReadRules;

  constructor(
    app: INestApplicationContext,
    private readonly config: Config,
    private readonly admission: Admission,
    private readonly handshake: HandshakeGuard,
    private readonly commands: CommandDispatcher,
    loopDelay: Pick<LoopDelay, 'waited'>,
  ) {
    super(app);
    const turns = new ReadingTurns({
      waited: (ms) => loopDelay.waited(ms),
      isUrgent: () => commands.hasUrgent,
      now: () => performance.now(),
      next: (task) => void setImmediate(task),
    });
    const window = new ReadingWindow({
      windowMs: config.joinWindowMs,
      busyPerMs: BUSY_READS_PER_MS,
      now: () => performance.now(),
      after: (ms, task) => void setTimeout(task, ms),
    });
    this.#reading = { maxBytes: config.maxPacketBytes, turns, window };
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
    const endUnread = unreadBound(config.outboxBytes + config.maxPacketBytes + UNREAD_SPARE_BYTES);
    server.engine.on('connection', (connection: Socket['conn']) => {
      // An event that has a listener anyway: a name of its own would cost each connection more.
      connection.on('data', endUnread);
    });
    server.engine.on('connection_error', refuseAsEngine);
    server.use(this.handshake.middleware);
    return server;
  }

  override bindMessageHandlers(socket: Socket): void {
    answerDirectly(socket);
    socket.onAny((event: unknown, ...args: unknown[]) => {
      // Who publishes once will do so again; who only listens need not pay for it.
      if (event === 'publish') readFrames(socket, this.commands, this.#reading);
      this.commands.dispatch(socket, event, args);
    });
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
