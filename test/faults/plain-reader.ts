import { io, type Socket } from 'socket.io-client';
import type { Acknowledgement, Replies } from '../../src/protocol/commands.js';
import type { Gap, Skip } from '../../src/protocol/gap.js';
import type { Message } from '../../src/protocol/message.js';
import type { SessionChannel, SessionPush } from '../../src/protocol/pushes/session.js';
import { eventually } from '../support/eventually.js';
import type { FaultProxy } from './fault-proxy.js';
import { type Reader, ReaderLog, type ReaderParts } from './reader.js';

const AGAIN_MS = 150;
const ANSWER_MS = 5_000;

/** What the contract asks a client to keep of a channel, and nothing more. */
interface Followed {
  position: string | undefined;
  /** Offsets above the position that were had already: they had overtaken. */
  overtook: Set<number>;
  isLive: boolean;
}

/**
 * A reader with the official client alone, which goes on by position as the contract says: hand
 * back the last position, drop by offset what had overtaken. It shares no code with the SDK.
 */
export class PlainReader implements Reader {
  readonly kind = 'plain';
  readonly #parts: ReaderParts;
  readonly #log: ReaderLog;
  readonly #followed: Map<string, Followed>;
  /** What it connects by, from its next connection on. */
  transports: readonly ('polling' | 'websocket')[] = ['websocket'];
  /** Takes the place of its doors, from its next connection on. */
  detour: FaultProxy | null = null;
  #socket: Socket | null = null;
  #tries = 0;
  /** By what channel and connection a broadcast came first. */
  readonly #broadcasts = new Map<string, { channel: string; connection: number }>();
  #drops = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#log = new ReaderLog(parts.name, parts.history);
    this.#followed = new Map(parts.channels.map((name) => [name, newFollowed()]));
  }

  get name(): string {
    return this.#parts.name;
  }

  get channels(): readonly string[] {
    return this.#parts.channels;
  }

  get user(): string {
    return this.#parts.user;
  }

  get serverChannels(): readonly string[] {
    return this.#parts.serverChannels;
  }

  get doors(): ReaderParts['doors'] {
    return this.#parts.doors;
  }

  get drops(): number {
    return this.#drops;
  }

  get isConnected(): boolean {
    return [...this.#followed.values()].every(({ isLive }) => isLive);
  }

  async start(): Promise<void> {
    this.#open();
    await eventually(`${this.name} is subscribed`, () => this.isConnected, { deadlineMs: 20_000 });
  }

  /** Leaves; `comeBack` goes on by position. */
  leave(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const socket = this.#socket;
    // Before it is closed, which tells of a loss.
    this.#socket = null;
    socket?.disconnect();
    socket?.io.engine?.close();
    for (const followed of this.#followed.values()) followed.isLive = false;
    this.#state('left');
  }

  /** Comes back after `leave`. */
  comeBack(): void {
    this.#open();
  }

  /** Subscribes to a channel that it follows once more; told goodbye to it before, or not. */
  async subscribeAgain(channel: string, isLeftBefore: boolean): Promise<void> {
    const followed = this.#followed.get(channel);
    const socket = this.#socket;
    if (socket === null || followed?.isLive !== true) return;
    // From here on what comes belongs to the subscription that ends.
    followed.isLive = false;
    if (isLeftBefore) socket.emit('unsubscribe', { channel }, () => undefined);
    await this.#subscribe(socket, channel);
  }

  has(channel: string, id: string): boolean {
    return this.#log.has(channel, id);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.leave();
  }

  #open(): void {
    if (this.#isClosed) return;
    const { doors, token, name, client = name } = this.#parts;
    const door = this.detour ?? doors[this.#tries % doors.length];
    this.#tries += 1;
    this.#timer = null;
    const socket = io(door?.url ?? '', {
      forceNew: true,
      transports: [...this.transports],
      reconnection: false,
      auth: { token, client, since: this.#since() },
    });
    this.#socket = socket;
    socket.io.once('open', () => {
      socket.io.engine.once('upgrade', () => this.#state('upgraded'));
    });
    socket.on('session', (session: SessionPush) => {
      this.#state('connected');
      for (const start of session.channels) this.#follow(start);
      for (const channel of this.channels) void this.#subscribe(socket, channel);
    });
    socket.on('message', (message: Message) => this.#message(socket, message));
    socket.on('skip', (skip: Skip) => this.#skip(socket, skip));
    socket.on('gap', (gap: Gap) => this.#gap(socket, gap));
    socket.on('unsubscribed', () => socket.disconnect());
    socket.once('disconnect', (reason) => this.#lost(socket, reason));
    socket.once('connect_error', (error) => this.#lost(socket, error.message));
  }

  #lost(socket: Socket, reason: string): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#drops += 1;
    for (const followed of this.#followed.values()) followed.isLive = false;
    this.#state(`lost: ${reason}`);
    socket.disconnect();
    socket.io.engine?.close();
    this.#timer = setTimeout(() => this.#open(), AGAIN_MS);
  }

  async #subscribe(socket: Socket, channel: string): Promise<void> {
    const followed = this.#followed.get(channel);
    if (followed === undefined) return;
    while (this.#socket === socket && !followed.isLive) {
      const since = followed.position;
      const request = since === undefined ? { channel } : { channel, since };
      const isLive = await new Promise<boolean>((resolve) => {
        socket.timeout(ANSWER_MS).emit('subscribe', request, (error: unknown, reply: unknown) => {
          // In this turn: what follows the answer may come in the same packet.
          if (!error && this.#socket === socket) this.#begin(channel, followed, reply);
          resolve(followed.isLive);
        });
      });
      if (isLive) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  /** Where it stands in its `$` channels, for the handshake. */
  #since(): Record<string, string> {
    const positions: Record<string, string> = {};
    for (const [channel, { position }] of this.#followed) {
      if (channel.startsWith('$') && position !== undefined) positions[channel] = position;
    }
    return positions;
  }

  /** A `$` channel: what follows comes as messages, without a subscription. */
  #follow({ channel, position, gap }: SessionChannel): void {
    const followed = this.#followed.get(channel) ?? newFollowed();
    this.#followed.set(channel, followed);
    this.#log.started(channel, position);
    if (gap !== undefined) this.#takeGap(followed, { ...gap, channel });
    followed.position = position;
    this.#log.position(channel, position);
    followed.isLive = true;
  }

  #begin(channel: string, followed: Followed, answer: unknown): void {
    // The contract names the shape of the answer.
    const reply = answer as Acknowledgement<Replies['subscribe']>;
    if (!reply.ok) return;
    this.#log.began(channel, reply.epoch);
    if (reply.gap !== undefined) this.#takeGap(followed, reply.gap);
    for (const message of reply.messages) this.#takeMessage(followed, message, true);
    followed.position = reply.position;
    this.#log.position(channel, reply.position, true);
    followed.isLive = true;
  }

  #message(socket: Socket, message: Message): void {
    const followed = this.#liveOf(socket, message.channel);
    if (followed !== null) this.#takeMessage(followed, message);
  }

  #skip(socket: Socket, skip: Skip): void {
    const followed = this.#liveOf(socket, skip.channel);
    if (followed === null) return;
    followed.position = skip.position;
    this.#log.skip(skip);
  }

  #gap(socket: Socket, gap: Gap): void {
    const followed = this.#liveOf(socket, gap.channel);
    if (followed !== null) this.#takeGap(followed, gap);
  }

  #takeMessage(followed: Followed, message: Message, isOfAnswer = false): void {
    const { channel, offset, position } = message;
    const isRepeat = followed.overtook.has(offset);
    if (position === undefined) {
      followed.overtook.add(offset);
    } else {
      followed.position = position;
      followed.overtook.delete(offset);
    }
    const place = position === undefined || isOfAnswer ? {} : { position };
    if (isRepeat) {
      if (position !== undefined && !isOfAnswer) this.#log.position(channel, position);
    } else if (this.#isCopy(message)) {
      this.#log.skip({ channel, from: offset, to: offset, reason: 'duplicate', ...place });
    } else {
      this.#log.message(message, isOfAnswer);
    }
  }

  /** After a resume a client drops a copy by its broadcast; on one connection the server must. */
  #isCopy({ channel, broadcast }: Message): boolean {
    if (broadcast === undefined) return false;
    const had = this.#broadcasts.get(broadcast.id);
    this.#broadcasts.set(broadcast.id, had ?? { channel, connection: this.#tries });
    return had !== undefined && had.channel !== channel && had.connection !== this.#tries;
  }

  #takeGap(followed: Followed, gap: Gap): void {
    followed.position = gap.position;
    if (gap.reason === 'epoch' || gap.reason === 'rewound') followed.overtook.clear();
    this.#log.gap(gap);
  }

  /** Null for the leavings of a connection that is over, or of a subscription not yet begun. */
  #liveOf(socket: Socket, channel: string): Followed | null {
    const followed = this.#followed.get(channel);
    return this.#socket === socket && followed?.isLive === true ? followed : null;
  }

  #state(state: string): void {
    this.#parts.history.add({ kind: 'state', who: this.name, state, url: this.#tries });
  }
}

function newFollowed(): Followed {
  return { position: undefined, overtook: new Set(), isLive: false };
}
