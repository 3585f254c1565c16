import type { Socket } from 'socket.io-client';
import { type Answer, request } from '../deployment/request.js';
import { closeSocket, openSocket, type Refusal, refusalOf } from '../deployment/open-socket.js';
import { isForGood } from './is-for-good.js';
import type { LastMessage, Reader, ReaderParts } from './reader.js';
import { ReaderLog } from './reader-log.js';

/** Between two tries, in milliseconds. */
const AGAIN_MS = 200;

type Payload = Readonly<Record<string, unknown>>;

/** What the contract asks a client to keep of a channel, and nothing more. */
interface Followed {
  position: string | undefined;
  /** Overtook on an earlier connection: a resume may bring them again. */
  mayRepeat: Set<number>;
  /** Overtook on this one: nothing may bring them again. */
  overtook: Set<number>;
  isLive: boolean;
}

/**
 * A reader with the official client alone, which goes on by position as the contract says: hand
 * back the last position, drop by offset what had overtaken. It shares no code with the SDK, and
 * forgives nothing: a repeat that the contract does not allow is written down as it came.
 */
export class PlainReader implements Reader {
  readonly kind = 'plain';
  readonly #parts: ReaderParts;
  readonly #log: ReaderLog;
  readonly #followed: ReadonlyMap<string, Followed>;
  #socket: Socket | null = null;
  #tries = 0;
  #drops = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#log = new ReaderLog(parts.name, parts.history);
    this.#followed = new Map(
      parts.channels.map((name) => [
        name,
        { position: undefined, mayRepeat: new Set(), overtook: new Set(), isLive: false },
      ]),
    );
  }

  get name(): string {
    return this.#parts.name;
  }

  get channels(): readonly string[] {
    return this.#parts.channels;
  }

  get isConnected(): boolean {
    return [...this.#followed.values()].every(({ isLive }) => isLive);
  }

  get drops(): number {
    return this.#drops;
  }

  start(): void {
    this.#open();
  }

  async leave(): Promise<void> {
    this.#end();
    this.#state('left');
  }

  comeBack(): void {
    this.#open();
  }

  isThrough(channel: string, last: LastMessage): boolean {
    return this.#log.isThrough(channel, last);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end();
  }

  #open(): void {
    if (this.#isClosed) return;
    const { urls, token, client } = this.#parts;
    const url = urls[this.#tries % urls.length] ?? '';
    this.#tries += 1;
    this.#timer = null;
    const socket = openSocket(url, { token, client });
    this.#socket = socket;
    socket.on('session', (session: Payload) => {
      this.#parts.met(String(session['instance']));
      for (const channel of this.channels) this.#subscribe(socket, channel);
    });
    socket.on('message', (message: Payload) => {
      this.#take(socket, message, (followed) => this.#message(followed, message));
    });
    socket.on('skip', (skip: Payload) => {
      this.#take(socket, skip, (followed) => {
        followed.position = String(skip['position']);
        this.#log.skip(String(skip['channel']), skip);
      });
    });
    socket.on('gap', (gap: Payload) => {
      this.#take(socket, gap, (followed) => this.#gap(followed, gap));
    });
    socket.on('unsubscribed', ({ code, message }: Payload) => {
      const refusal = { code: String(code), message: String(message) };
      if (isForGood(refusal)) this.#parts.refused(refusal);
      this.#lost(socket);
    });
    socket.once('disconnect', () => this.#lost(socket));
    socket.once('connect_error', (error: Error) => {
      const refusal = refusalOf(error);
      if (isForGood(refusal)) this.#parts.refused(refusal);
      this.#lost(socket);
    });
  }

  #lost(socket: Socket): void {
    if (this.#socket !== socket) return;
    if (this.isConnected) {
      this.#drops += 1;
      this.#state('lost');
    }
    this.#end();
    this.#timer = setTimeout(() => this.#open(), AGAIN_MS);
  }

  #end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const socket = this.#socket;
    // Before it is closed, which tells of a loss.
    this.#socket = null;
    if (socket !== null) closeSocket(socket);
    for (const followed of this.#followed.values()) followed.isLive = false;
  }

  #subscribe(socket: Socket, channel: string): void {
    const followed = this.#followed.get(channel);
    if (followed === undefined || this.#socket !== socket) return;
    const since = followed.position;
    const body = since === undefined ? { channel } : { channel, since };
    request(socket, 'subscribe', body, (answer) => {
      if (this.#socket !== socket) return;
      if (answer.ok) this.#begin(channel, followed, answer.reply);
      else this.#again(socket, channel, answer.refusal);
    });
  }

  #again(socket: Socket, channel: string, refusal: Refusal): void {
    if (isForGood(refusal)) return this.#parts.refused(refusal);
    setTimeout(() => this.#subscribe(socket, channel), AGAIN_MS).unref();
  }

  #begin(channel: string, followed: Followed, reply: Extract<Answer, { ok: true }>['reply']): void {
    for (const offset of followed.overtook) followed.mayRepeat.add(offset);
    followed.overtook.clear();
    this.#log.began(channel, String(reply['epoch']));
    const { gap, messages, position } = reply;
    if (isPayload(gap)) this.#gap(followed, { ...gap, channel });
    for (const message of Array.isArray(messages) ? messages : []) {
      if (isPayload(message)) this.#message(followed, { ...message, channel }, true);
    }
    followed.position = String(position);
    this.#log.position(channel, position, true);
    followed.isLive = true;
    if (this.isConnected) this.#state('connected');
  }

  #message(followed: Followed, message: Payload, isOfAnswer = false): void {
    const { offset, position, channel } = message;
    const at = Number(offset);
    // A resume may bring it again, once.
    const isRepeat = followed.mayRepeat.delete(at);
    if (typeof position !== 'string') {
      followed.overtook.add(at);
    } else {
      followed.position = position;
      // Nothing at or below it may come again after that.
      for (const had of [followed.mayRepeat, followed.overtook]) forgetUpTo(had, at);
    }
    if (!isRepeat) this.#log.message(String(channel), message, isOfAnswer);
    else if (position !== undefined && !isOfAnswer) this.#log.position(String(channel), position);
  }

  #gap(followed: Followed, gap: Payload): void {
    followed.position = String(gap['position']);
    if (gap['reason'] === 'epoch' || gap['reason'] === 'rewound') {
      followed.overtook.clear();
      followed.mayRepeat.clear();
    }
    this.#log.gap(String(gap['channel']), gap);
  }

  /** Nothing for the leavings of a connection that is over, or of a subscription not yet begun. */
  #take(socket: Socket, payload: Payload, then: (followed: Followed) => void): void {
    const followed = this.#followed.get(String(payload['channel']));
    if (this.#socket === socket && followed?.isLive === true) then(followed);
  }

  #state(state: string): void {
    this.#parts.history.add({ kind: 'state', who: this.name, state, url: this.#tries });
  }
}

function forgetUpTo(offsets: Set<number>, last: number): void {
  for (const offset of offsets) if (offset <= last) offsets.delete(offset);
}

function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null;
}
