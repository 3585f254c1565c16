import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { register } from '../support/actors.js';

/** What it does wrong, once, to one reader where it is about one. */
export type Lie =
  | 'none'
  | 'drops'
  | 'drops the last'
  | 'repeats'
  | 'swaps'
  | 'changes'
  | 'invents'
  | 'forgets'
  | 'stores twice'
  | 'makes an excuse'
  | 'says it is not for it'
  | 'says it is gone'
  | 'says it is gone, and goes back'
  | 'tells a loss and refills it'
  | 'tells a loss and does not refill it'
  | 'tells a loss and refills it with another'
  | 'changes the epoch'
  | 'says that the store lost it'
  | 'says that it stood where it never was'
  | 'says that it was in another epoch'
  | 'gives a position too early';

interface Stored {
  readonly channel: string;
  readonly offset: number;
  readonly position: string;
  readonly id: string;
  readonly data: unknown;
  readonly at: number;
}

type Request = Readonly<Record<string, unknown>>;
type Answer = (reply: object) => void;

const EPOCH = '00000000000000e1';
const OTHER_EPOCH = '00000000000000e2';
/** Where it happens: some way into the run. */
const PLACE = 6;

/**
 * A server that keeps just as much of the contract as `carillon verify` uses, in memory, and breaks
 * its promise once. With the lie `none` it keeps it, which shows that nothing else of it is odd.
 */
export class LyingServer {
  readonly url: string;
  readonly #logs = new Map<string, Stored[]>();
  readonly #followers = new Map<string, Set<Socket>>();
  #held: Stored | null = null;
  /** What one reader was told that it can have by `history`. */
  #lost: Stored | null = null;
  #hasLied = false;

  private constructor(
    port: number,
    private readonly lie: Lie,
    private readonly victim: string,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** @param victim a part of the client id of the reader that is lied to */
  static async start(lie: Lie, victim: string): Promise<LyingServer> {
    const http = createServer();
    const io = new Server(http, { transports: ['websocket'] });
    await new Promise<void>((resolve) => {
      http.listen(0, '127.0.0.1', resolve);
    });
    const { port } = http.address() as AddressInfo;
    const server = new LyingServer(port, lie, victim);
    io.on('connection', (socket) => server.#meet(socket));
    register({ name: 'the lying server', end: () => io.close() });
    return server;
  }

  #meet(socket: Socket): void {
    socket.emit('session', {
      ...{ sessionId: socket.id, client: clientOf(socket), instance: 'liar', user: 'u' },
      ...{ expiresAt: null, serverTime: Date.now(), channels: [] },
      limits: { maxMessageBytes: 65_536, channels: 200, dedupSeconds: 600, publishPerSecond: 999 },
    });
    socket.on('subscribe', ({ channel, since }: Request, answer: Answer) => {
      this.#followersOf(channel).add(socket);
      const log = this.#logOf(channel);
      const from = typeof since === 'string' ? offsetOf(since) : log.length;
      const messages = log.slice(from);
      const position = positionOf(log.length);
      answer({
        ...{ ok: true, channel, epoch: EPOCH, position, recovered: true },
        ...{ messages, behind: 0 },
      });
    });
    socket.on('unsubscribe', ({ channel }: Request, answer: Answer) => {
      this.#followersOf(channel).delete(socket);
      answer({ ok: true, channel });
    });
    socket.on('publish', (request: Request, answer: Answer) => this.#publish(request, answer));
    socket.on('history', ({ channel, before, after }: Request, answer: Answer) => {
      const log = this.#logOf(channel);
      if (typeof after === 'string') {
        const messages = this.#refilled(log.slice(offsetOf(after)));
        answer({ ok: true, messages, more: false, position: positionOf(log.length) });
        return;
      }
      const end = typeof before === 'string' ? offsetOf(before) - 1 : log.length;
      const messages = log.slice(0, end);
      answer({ ok: true, messages, more: false, position: positionOf(end) });
    });
    socket.on('clock', ({ sentAt }: Request, answer: Answer) => {
      answer({ ok: true, sentAt, serverTime: Date.now() });
    });
    socket.on('disconnect', () => {
      for (const followers of this.#followers.values()) followers.delete(socket);
    });
  }

  #publish({ channel, id, data }: Request, answer: Answer): void {
    const log = this.#logOf(channel);
    const isPlace = String(channel).endsWith('-0') && log.length + 1 >= PLACE;
    const isLast = JSON.stringify(data).includes('"filling":""');
    const offset = log.length + 1;
    const message: Stored = {
      ...{ channel: String(channel), offset, position: positionOf(offset) },
      ...{ id: String(id), data, at: Date.now() },
    };
    const reply = { ok: true, id, channel, epoch: EPOCH, offset, at: message.at, duplicate: false };
    const isAboutStore = this.lie === 'forgets' || this.lie === 'stores twice';
    const isNow = isAboutStore && isPlace && !this.#hasLied;
    if (isNow) this.#hasLied = true;
    answer(reply);
    if (isNow && this.lie === 'forgets') return;
    log.push(message);
    const mayLie = isPlace && !isAboutStore && (this.lie !== 'drops the last' || isLast);
    this.#tell(message, mayLie);
    if (isNow) {
      const again = { ...message, offset: offset + 1, position: positionOf(offset + 1) };
      log.push(again);
      this.#tell(again, false);
    }
  }

  #tell(message: Stored, isPlace: boolean): void {
    for (const socket of this.#followersOf(message.channel)) {
      if (isPlace && clientOf(socket).includes(this.victim)) this.#lieTo(socket, message);
      else socket.emit('message', message);
    }
  }

  #lieTo(socket: Socket, message: Stored): void {
    const held = this.#held;
    this.#held = null;
    const isFirst = !this.#hasLied || this.lie === 'drops the last';
    this.#hasLied = true;
    if (isFirst && (this.lie === 'swaps' || this.lie === 'gives a position too early')) {
      this.#held = message;
      return;
    }
    if (isFirst && (this.lie === 'drops' || this.lie === 'drops the last')) return;
    const { channel, offset } = message;
    const [before, own] = [positionOf(offset - 1), [[offset, offset]]];
    const tell = (reason: string, gap: { after?: string; to?: number; ranges?: number[][] }) => {
      const { after = before, to = offset, ranges = null } = gap;
      const loss = { ranges, count: ranges && 1, reason, refill: this.#lost === message };
      socket.emit('gap', { channel, epoch: EPOCH, after, position: positionOf(to), ...loss });
    };
    const tellAgain = () => {
      for (const again of this.#logOf(channel)) socket.emit('message', again);
    };
    if (isFirst && this.lie === 'makes an excuse') return tell('tired', { ranges: own });
    if (isFirst && this.lie === 'says it is not for it') {
      const position = positionOf(offset);
      socket.emit('skip', { channel, from: offset, to: offset, position, reason: 'own' });
      return;
    }
    if (isFirst && this.lie === 'says it is gone') return tell('trimmed', { ranges: own });
    if (isFirst && this.lie === 'says it is gone, and goes back') {
      return tell('purged', { to: 0, ranges: own });
    }
    if (isFirst && this.lie === 'says that the store lost it') {
      tell('rewound', { to: 0 });
      return tellAgain();
    }
    if (isFirst && this.lie === 'says that it stood where it never was') {
      tell('rewound', { after: positionOf(offset + 99), to: 0 });
      return tellAgain();
    }
    if (isFirst && this.lie === 'says that it was in another epoch') {
      return tell('epoch', { after: before.replace(EPOCH, OTHER_EPOCH) });
    }
    if (isFirst && this.lie.startsWith('tells a loss')) {
      this.#lost = message;
      return tell('overflow', { ranges: own });
    }
    if (isFirst && this.lie === 'changes') {
      socket.emit('message', { ...message, data: 'something else' });
      return;
    }
    if (isFirst && this.lie === 'changes the epoch') {
      socket.emit('message', {
        ...message,
        position: message.position.replace(EPOCH, OTHER_EPOCH),
      });
      return;
    }
    if (isFirst && this.lie === 'invents') {
      socket.emit('message', { ...message, id: 'nobody-sent-this' });
      return;
    }
    socket.emit('message', message);
    // It came late, and of another priority it would have been allowed to.
    const late = this.lie === 'swaps' ? held : held && { ...held, priority: 'low' };
    if (late !== null) socket.emit('message', late);
    if (isFirst && this.lie === 'repeats') socket.emit('message', message);
  }

  /** What follows a position, as the lie wants it. */
  #refilled(messages: readonly Stored[]): Stored[] {
    if (this.lie === 'tells a loss and does not refill it') {
      return messages.filter((message) => message !== this.#lost);
    }
    if (this.lie !== 'tells a loss and refills it with another') return [...messages];
    return messages.map((it) => (it === this.#lost ? { ...it, data: 'something else' } : it));
  }

  #logOf(channel: unknown): Stored[] {
    const log = this.#logs.get(String(channel)) ?? [];
    this.#logs.set(String(channel), log);
    return log;
  }

  #followersOf(channel: unknown): Set<Socket> {
    const followers = this.#followers.get(String(channel)) ?? new Set();
    this.#followers.set(String(channel), followers);
    return followers;
  }
}

function positionOf(offset: number): string {
  return `1${EPOCH}${'c'.repeat(16)}${offset}`;
}

/** What follows the version, the epoch and the chain. */
function offsetOf(position: string): number {
  return Number(position.slice(33));
}

function clientOf({ handshake }: Socket): string {
  return String(handshake.auth['client']);
}
