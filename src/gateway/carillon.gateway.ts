import { Inject } from '@nestjs/common';
import {
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  WebSocketGateway,
} from '@nestjs/websockets';
import type { Socket } from 'socket.io';
import { CarillonError } from '../protocol/carillon-error.js';
import { type ChannelName, isServerChannel, namespaceOf } from '../protocol/channel-name.js';
import type { CommandBodies, CommandName, Replies } from '../protocol/commands.js';
import { LIMITS } from '../protocol/limits.js';
import { BROKER, type Broker } from '../broker/broker.port.js';
import { type Position, requirePosition } from '../broker/position.js';
import { ChannelsService, requireClientChannel } from '../channels/channels.service.js';
import { DeliveryService } from '../delivery/delivery.service.js';
import type { Caller } from '../identity/caller.js';
import { IdentityService } from '../identity/identity.service.js';
import { IntakeService } from '../limits/intake.service.js';
import { PresenceService } from '../presence/presence.service.js';
import type { Connection } from './connection.js';
import { Connections } from './connections.js';
import type { Answer } from './direct-answer.js';

/** Stands where a channel does, and is the name of none. */
const RENEWAL = ' authenticate';

type Reply<N extends CommandName> = Promise<Replies[N]> | Replies[N];

/** What decides each command. Nothing in return: it has answered by itself. */
export type CommandHandlers = {
  readonly [N in CommandName]: (
    connection: Connection,
    command: CommandBodies[N],
    answer: Answer,
  ) => Reply<N> | Promise<void>;
};

/** The Socket.IO edge: each command translated to the one service that decides it. */
@WebSocketGateway()
export class CarillonGateway implements OnGatewayConnection<Socket>, OnGatewayDisconnect<Socket> {
  constructor(
    private readonly connections: Connections,
    private readonly channels: ChannelsService,
    private readonly delivery: DeliveryService,
    private readonly presences: PresenceService,
    private readonly identity: IdentityService,
    private readonly intake: IntakeService,
    @Inject(BROKER) private readonly broker: Broker,
  ) {}

  handleConnection(socket: Socket): void {
    this.connections.open(socket);
  }

  handleDisconnect(socket: Socket, reason?: string): void {
    this.connections.close(socket, reason ?? 'unknown');
  }

  readonly handlers: CommandHandlers = {
    subscribe: (connection, command, answer) => this.subscribe(connection, command, answer),
    unsubscribe: (connection, command) => this.unsubscribe(connection, command),
    publish: (connection, command) => this.publish(connection, command),
    history: (connection, command) => this.history(connection, command),
    presence: (connection, command) => this.presence(connection, command),
    'presence.update': (connection, command) => this.presenceUpdate(connection, command),
    acknowledge: (_connection, command) => this.acknowledge(command),
    authenticate: (connection, command, answer) => this.authenticate(connection, command, answer),
    clock: (_connection, command) => this.clock(command),
  };

  /** Answers by itself: what follows must not overtake the answer, nor come between. */
  async subscribe(
    connection: Connection,
    command: CommandBodies['subscribe'],
    answer: Answer,
  ): Promise<void> {
    await inTurn(connection, command.channel, () => this.#subscribe(connection, command, answer));
  }

  async #subscribe(
    connection: Connection,
    command: CommandBodies['subscribe'],
    answer: Answer,
  ): Promise<void> {
    const since = command.since === undefined ? undefined : requirePosition(command.since);
    const { caller, channel } = await this.#requireSubscribe(connection, command.channel);
    // The answer may have to wait: nothing of the channel comes between here and it.
    this.delivery.leave(connection.session, channel);
    const join = async (): Promise<void> => {
      if (connection.caller !== caller) await this.#requireSubscribe(connection, channel);
      await this.#join(connection, channel, { since, rewind: command.rewind }, answer);
    };
    const mayBeLarge = since !== undefined || command.rewind !== undefined;
    try {
      await (mayBeLarge ? connection.answers.pass(join) : join());
    } catch (error) {
      // A subscription that it had before ended as well.
      void this.presences.leave(connection.session.id, channel, { clean: true });
      throw error;
    }
  }

  async #join(
    connection: Connection,
    channel: ChannelName,
    from: { readonly since: Position | undefined; readonly rewind: number | undefined },
    answer: Answer,
  ): Promise<void> {
    const { session, caller, client } = connection;
    requireRoom(connection);
    const query = { ...from, withMessages: true };
    const { begin, gap, ...joined } = await this.delivery.prepare(session, channel, query);
    answer({ ok: true, ...joined, recovered: gap === undefined, ...(gap ? { gap } : {}) });
    begin();
    if (!this.channels.hasPresence(channel)) return;
    const { user, name } = caller;
    void this.presences.enter({ channel, sessionId: session.id, user, client, name });
  }

  /** Decides by the rights that hold at the end: a token may be renewed while they are looked up. */
  async #requireSubscribe(
    connection: Connection,
    name: string,
  ): Promise<{ readonly caller: Caller; readonly channel: ChannelName }> {
    for (;;) {
      const { caller } = connection;
      const channel = await this.channels.requireSubscribe(caller, name);
      if (connection.caller === caller) return { caller, channel };
    }
  }

  unsubscribe(connection: Connection, command: CommandBodies['unsubscribe']): Reply<'unsubscribe'> {
    const { session } = connection;
    const channel = requireClientChannel(command.channel);
    return inTurn(connection, channel, async () => {
      this.delivery.leave(session, channel);
      void this.presences.leave(session.id, channel, { clean: true });
      return { channel };
    });
  }

  async publish(
    connection: Connection,
    command: CommandBodies['publish'],
  ): Promise<Replies['publish']> {
    const { session, caller, limits, underWay } = connection;
    this.intake.requirePublish(() => this.channels.priorityOf(command));
    limits.takePublish(namespaceOf(requireClientChannel(command.channel)));
    // A client that subscribed before it published hears itself.
    const before = underWay?.get(command.channel);
    if (before) await before;
    return this.channels.publish(caller, session.id, command);
  }

  history(connection: Connection, command: CommandBodies['history']): Reply<'history'> {
    return connection.answers.pass(() => this.channels.history(connection.caller, command));
  }

  async presence(
    connection: Connection,
    command: CommandBodies['presence'],
  ): Promise<Replies['presence']> {
    return connection.answers.passAlone(async () => {
      const channel = await this.channels.requirePresence(connection.caller, command.channel);
      return this.presences.members(channel);
    });
  }

  async presenceUpdate(
    connection: Connection,
    command: CommandBodies['presence.update'],
  ): Promise<Replies['presence.update']> {
    const { caller, client, session } = connection;
    const channel = await this.channels.requirePresence(caller, command.channel);
    const { user } = caller;
    await this.presences.update({ channel, user, client, sessionId: session.id }, command.state);
    return {};
  }

  /** Receipts are counted by a later feature; until then every well-formed id is taken. */
  acknowledge({ ids }: CommandBodies['acknowledge']): Reply<'acknowledge'> {
    return { accepted: new Set(ids).size };
  }

  /** Answers by itself: where a channel of a new tag starts is told before anything of it comes. */
  async authenticate(
    connection: Connection,
    { token }: CommandBodies['authenticate'],
    answer: Answer,
  ): Promise<void> {
    // The token that was sent last is the one that holds, however long each takes to check.
    await inTurn(connection, RENEWAL, async () => {
      const caller = await this.identity.authenticate(token);
      if (caller.user !== connection.caller.user) {
        throw new CarillonError(
          'forbidden',
          'The token is for another user. Open a new connection for that user.',
        );
      }
      const { channels, begin } = await this.connections.renew(connection, caller);
      const { expiresAt } = caller;
      answer({ ok: true, expiresAt, ...(channels.length === 0 ? {} : { channels }) });
      begin();
    });
  }

  clock({ sentAt }: CommandBodies['clock']): Reply<'clock'> {
    return { sentAt, serverTime: Math.round(this.broker.now()) };
  }
}

/** One after the other in a channel: a later subscribe or unsubscribe decides, and all are answered. */
function inTurn<T>(connection: Connection, channel: string, work: () => Promise<T>): Promise<T> {
  connection.underWay ??= new Map<string, Promise<void>>();
  const { underWay } = connection;
  const result = (underWay.get(channel) ?? Promise.resolve()).then(work);
  const settled = result.then(
    () => undefined,
    () => undefined,
  );
  underWay.set(channel, settled);
  void settled.then(() => {
    if (underWay.get(channel) === settled) underWay.delete(channel);
    if (underWay.size === 0 && connection.underWay === underWay) connection.underWay = null;
  });
  return result;
}

function requireRoom({ session }: Connection): void {
  let channels = 0;
  for (const channel of session.subscriptions.keys()) if (!isServerChannel(channel)) channels += 1;
  if (channels < LIMITS.channelsPerConnection) return;
  throw new CarillonError(
    'too_many_channels',
    `A connection follows at most ${LIMITS.channelsPerConnection} channels. Leave one first.`,
    { details: { channels: LIMITS.channelsPerConnection } },
  );
}
