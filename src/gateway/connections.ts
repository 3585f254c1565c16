import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { CarillonError } from '../protocol/carillon-error.js';
import { type ChannelName, isServerChannel } from '../protocol/channel-name.js';
import { LIMITS } from '../protocol/limits.js';
import type { SessionChannel, SessionPush } from '../protocol/pushes/session.js';
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
  readonly #answering = {
    roomOf: (session: Session) => this.delivery.roomToAnswer(session),
    answered: (session: Session) => this.delivery.answered(session),
  };

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
      answers: new AnswerGate(session, this.#answering),
      underWay: null,
      added: null,
      pending: 0,
      isLeaving: false,
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
    // It counts for nobody any more, and would stay for as long as it answers pings.
    if (clean) socket.conn.close();
    void this.presence.leaveAll(connection.session.id, { clean });
    this.metrics.connection('closed');
    this.metrics.sessions.set(this.#open.size);
  }

  /**
   * Follows the tags of a renewed token and leaves what its rights no longer cover. Tell where the
   * channels of the answer stand, and then `begin`. What an earlier renewal added is among them: its
   * answer may not have arrived.
   *
   * @throws CarillonError `unavailable`: nothing has changed
   */
  async renew(connection: Connection, caller: Caller): Promise<Renewal> {
    const { session } = connection;
    const before = new Set([...session.subscriptions.keys()].filter(isServerChannel));
    const after = new Set(this.channels.serverChannelsOf(caller));
    const added = [...after].filter((channel) => !before.has(channel));
    const joinings: Joining[] = [];
    try {
      for (const channel of added) {
        joinings.push(await this.delivery.prepare(session, channel, { withMessages: false }));
      }
    } catch (error) {
      for (const { channel } of joinings) this.delivery.leave(session, channel);
      throw error;
    }
    for (const channel of before) if (!after.has(channel)) this.delivery.leave(session, channel);
    connection.caller = caller;
    for (const channel of session.subscriptions.keys()) {
      if (!after.has(channel)) await this.#leaveUnlessAllowed(connection, caller, channel);
    }
    const known = [...(connection.added ?? [])].flatMap((channel) => {
      const place = after.has(channel) ? this.delivery.placeIn(session, channel) : null;
      return place === null ? [] : [{ channel, ...place, recovered: true }];
    });
    const channels = [...known, ...joinings.map(startOf)];
    connection.added =
      channels.length === 0 ? null : new Set(added.concat(known.map((it) => it.channel)));
    return { channels, begin: () => joinings.forEach(({ begin }) => begin()) };
  }

  async #leaveUnlessAllowed(
    { session }: Connection,
    caller: Caller,
    channel: ChannelName,
  ): Promise<void> {
    const verdict = await this.channels.maySubscribe(caller, channel).catch(() => null);
    if (verdict === true) return;
    this.delivery.leave(session, channel);
    void this.presence.leave(session.id, channel, { clean: true });
    session.wire.emit('unsubscribed', {
      channel,
      ...(verdict === null
        ? { code: 'unavailable', message: 'Nobody could be asked about it now. Subscribe again.' }
        : { code: 'forbidden', message: 'The renewed token does not cover this channel.' }),
    });
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
      this.delivery.tellWhereDegraded(session);
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
      channels: joinings.map(startOf),
      limits: {
        channels: LIMITS.channelsPerConnection,
        ...this.channels.limitsFor(caller),
      },
    };
  }
}

/** What a renewed token changed. */
export interface Renewal {
  readonly channels: (SessionChannel & { channel: ChannelName })[];
  /** Call in the turn in which it was told. */
  readonly begin: () => void;
}

/** Where a `$` channel starts, as it is told. */
function startOf({ channel, epoch, position, gap }: Joining): Renewal['channels'][number] {
  return { channel, epoch, position, recovered: gap === undefined, ...(gap ? { gap } : {}) };
}
