import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { CarillonError } from '../protocol/carillon-error.js';
import { type ChannelName, isServerChannel } from '../protocol/channel-name.js';
import { LIMITS } from '../protocol/limits.js';
import type { SessionPush } from '../protocol/pushes/session.js';
import { BROKER, type Broker } from '../broker/broker.port.js';
import { ChannelsService } from '../channels/channels.service.js';
import { CONFIG, type Config } from '../config/config.js';
import { DeliveryService, type Joining } from '../delivery/delivery.service.js';
import type { Session } from '../delivery/session.js';
import type { Caller } from '../identity/caller.js';
import { LimitsService } from '../limits/limits.service.js';
import { PresenceService } from '../presence/presence.service.js';
import { Metrics } from '../telemetry/metrics.js';
import { AnswerGate } from './answer-gate.js';
import { type Connection, dataOf, type Handshake } from './connection.js';
import { forgetHandshake } from './lean-socket.js';
import { SocketWire } from './socket-wire.js';

/** The connections of this instance, from their handshake to their end. */
@Injectable()
export class Connections {
  readonly #logger = new Logger('Gateway');
  readonly #open = new Set<Connection>();
  /** One for all connections. */
  readonly #roomOf = (session: Session): Promise<void> | null =>
    this.delivery.roomToAnswer(session);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(BROKER) private readonly broker: Broker,
    private readonly channels: ChannelsService,
    private readonly delivery: DeliveryService,
    private readonly presence: PresenceService,
    private readonly limits: LimitsService,
    private readonly metrics: Metrics,
  ) {}

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#open.values();
  }

  /** Takes in a socket whose handshake was checked. Never throws: a bare callback calls it. */
  open(socket: Socket): void {
    const { handshake } = dataOf(socket);
    if (!handshake) {
      socket.disconnect(true);
      return;
    }
    const { caller, client } = handshake;
    const wire = new SocketWire(socket);
    const refusal = this.limits.connected(caller.user);
    if (refusal) {
      this.metrics.connection('refused');
      // Told as an end, not as a refusal: official clients come back from the one and not the other.
      const { code, message, retryAfterMs = 0 } = refusal.toBody();
      wire.close({ code, message, reconnect: true, retryAfterMs });
      return;
    }
    const session = this.delivery.open(socket.id, caller.user, wire);
    const connection: Connection = {
      socket,
      session,
      wire,
      client,
      limits: this.limits.forSession(),
      caller,
      ready: null,
      answers: new AnswerGate(session, this.#roomOf),
      underWay: null,
      pending: 0,
    };
    this.#open.add(connection);
    dataOf(socket).connection = connection;
    forgetHandshake(socket);
    connection.ready = this.#start(connection, handshake).then(() => {
      connection.ready = null;
    });
    this.metrics.connection('accepted');
    this.metrics.sessions.set(this.#open.size);
  }

  /** Lets go of a socket that has closed. */
  close(socket: Socket, reason: string): void {
    const { connection } = dataOf(socket);
    if (!connection || !this.#open.delete(connection)) return;
    this.delivery.close(connection.session);
    this.limits.disconnected(connection.session.user);
    // Only a client that said so is known to be gone; any other may be on its way back.
    const clean = reason === 'client namespace disconnect';
    void this.presence.leaveAll(connection.session.id, { clean });
    this.metrics.connection('closed');
    this.metrics.sessions.set(this.#open.size);
  }

  /** Follows the tags of a renewed token and leaves what its rights no longer cover. */
  async renew(connection: Connection, caller: Caller): Promise<void> {
    const { session } = connection;
    // What is followed, not what the last token said: a renewal may have failed half-way.
    const before = new Set([...session.subscriptions.keys()].filter(isServerChannel));
    const after = new Set(this.channels.serverChannelsOf(caller));
    for (const channel of before) if (!after.has(channel)) this.delivery.leave(session, channel);
    for (const channel of after) {
      if (before.has(channel)) continue;
      const joining = await this.delivery.prepare(session, channel, { withMessages: false });
      joining.begin();
    }
    connection.caller = caller;
    for (const channel of session.subscriptions.keys()) {
      if (after.has(channel) || (await this.channels.maySubscribe(caller, channel))) continue;
      this.delivery.leave(session, channel);
      void this.presence.leave(session.id, channel, { clean: true });
      session.wire.emit('unsubscribed', {
        channel,
        code: 'forbidden',
        message: 'The renewed token does not cover this channel.',
      });
    }
  }

  async #start(connection: Connection, { since }: Handshake): Promise<void> {
    const { session, caller } = connection;
    try {
      const joinings = await Promise.all(
        this.channels
          .serverChannelsOf(caller)
          .map((channel) => this.#prepare(connection, channel, since)),
      );
      if (!session.isOpen) return;
      session.wire.emit('session', this.#sessionPush(connection, joinings));
      session.outbox.open();
      for (const joining of joinings) joining.begin();
    } catch (error) {
      if (!session.isOpen) return;
      if (!(error instanceof CarillonError)) this.#logger.error(error, 'A session did not start.');
      session.wire.close({
        code: error instanceof CarillonError ? error.code : 'internal',
        message: 'The session could not be started now. Connect again.',
        reconnect: true,
        retryAfterMs: 500,
      });
    }
  }

  #prepare(
    { session }: Connection,
    channel: ChannelName,
    since: Handshake['since'],
  ): Promise<Joining> {
    return this.delivery.prepare(session, channel, {
      since: since.get(channel),
      withMessages: false,
    });
  }

  #sessionPush(
    { socket, session, client, caller }: Connection,
    joinings: readonly Joining[],
  ): SessionPush {
    return {
      sessionId: socket.id,
      client,
      instance: this.config.instanceId,
      user: session.user,
      expiresAt: caller.expiresAt,
      serverTime: Math.trunc(this.broker.now()),
      channels: joinings.map(({ channel, epoch, position, gap }) => ({
        channel,
        epoch,
        position,
        recovered: gap === undefined,
        ...(gap ? { gap } : {}),
      })),
      limits: {
        channels: LIMITS.channelsPerConnection,
        ...this.channels.limitsFor(caller),
      },
    };
  }
}
