import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { z } from 'zod';
import { CarillonError, type ErrorBody, errorBodyOf } from '../protocol/carillon-error.js';
import { clientId, position } from '../protocol/fields.js';
import { issueWords } from '../protocol/issue-words.js';
import { LIMITS } from '../protocol/limits.js';
import { parsePosition, type Position } from '../broker/position.js';
import { IdentityService } from '../identity/identity.service.js';
import { Metrics } from '../telemetry/metrics.js';
import { dataOf, type Handshake } from './connection.js';

const auth = z.object({
  // Optional, so that a missing one is told as `unauthenticated` and not as malformed.
  token: z.unknown().optional(),
  client: clientId.optional(),
  since: z
    .record(z.string().max(LIMITS.channelLength), position)
    .refine((map) => Object.keys(map).length <= LIMITS.tags + 2, 'too many channels')
    .optional(),
});

/** Lets a socket in, or refuses it for good as `connect_error`; what may pass soon closes the transport. */
@Injectable()
export class HandshakeGuard {
  /** Connections of which one CONNECT is being checked. */
  readonly #taken = new WeakSet<Socket['conn']>();

  constructor(
    private readonly identity: IdentityService,
    private readonly metrics: Metrics,
  ) {}

  /** A Socket.IO middleware: it is over before the client is told that it is connected. */
  readonly middleware = (socket: Socket, next: (error?: Error) => void): void => {
    const { conn } = socket;
    if (this.#taken.has(conn)) {
      // Socket.IO itself notices a second CONNECT only when the first is through.
      conn.close();
      next(new Error('a connection has one session'));
      return;
    }
    this.#taken.add(conn);
    this.#check(socket).then(
      (handshake) => {
        dataOf(socket).handshake = handshake;
        next();
        // By the next turn Socket.IO itself refuses a second one.
        setImmediate(() => this.#taken.delete(conn));
      },
      (error: unknown) => {
        this.metrics.connection('refused');
        const body = errorBodyOf(error);
        // A refusal by packet is final for official clients; this one should come back.
        if (body.retryable) conn.close();
        // It may try another token on the same connection.
        else this.#taken.delete(conn);
        // In any case: Socket.IO keeps a socket until it hears of it. To a closed one it sends nothing.
        next(new ConnectError(body));
      },
    );
  };

  async #check(socket: Socket): Promise<Handshake> {
    const parsed = auth.safeParse(socket.handshake.auth, { error: issueWords });
    if (!parsed.success) {
      throw new CarillonError('invalid_request', 'The `auth` of the handshake is malformed.', {
        details: { problems: parsed.error.issues.map(({ path, message }) => ({ path, message })) },
      });
    }
    const { token, client, since } = parsed.data;
    const caller = await this.identity.authenticate(token);
    return { caller, client: client ?? randomUUID(), since: positionsOf(since ?? {}) };
  }
}

/** Socket.IO sends `message` and `data` of the error that a middleware hands over. */
class ConnectError extends Error {
  constructor(readonly data: ErrorBody) {
    super(data.message);
  }
}

function positionsOf(since: Readonly<Record<string, string>>): Map<string, Position> {
  const positions = new Map<string, Position>();
  for (const [channel, text] of Object.entries(since)) {
    const parsed = parsePosition(text);
    if (!parsed) {
      throw new CarillonError('invalid_request', 'A position in `since` is malformed.', {
        details: { channel },
      });
    }
    positions.set(channel, parsed);
  }
  return positions;
}
