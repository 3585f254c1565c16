import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { FrameScanner } from '../wire/frame-scanner.js';
import { clientFrame } from '../wire/text-frame.js';
import type { Arrivals } from './arrivals.js';
import type { Dialect, Missed, Place, Reply, Request } from './dialect.js';
import type { Ledger } from './ledger.js';
import { channelAt, findStamp, numberAt, stampOf } from './stamp.js';

/** What a read brings is used up before the next one begins, so one for all connections. */
const READ = Buffer.allocUnsafeSlow(262_144);

const TEXT = 1;
const CLOSE = 8;
const NEWLINE = 10;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

const WITHOUT_STAMP = 'a message without its stamp';

/** What all connections of an audience share. */
export interface Surroundings {
  readonly dialect: Dialect;
  /** Where a decoded connection notes what came, and any what came out of order. */
  readonly arrivals: Arrivals;
  /** Numbers of channels by name. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Channels of which nothing may be lost, whoever may lose of others. */
  readonly keeps: ReadonlySet<string>;
  /** Called with anything that a healthy run never sees. */
  readonly fault: (message: string) => void;
}

/** What one connection is. */
export interface Role {
  readonly index: number;
  readonly port: number;
  /** What came to this one and to those before it. */
  readonly ledger: Ledger;
  readonly isDecoded: boolean;
  /** Where it goes on from and what it keeps for later; null: it remembers nothing. */
  readonly place: Place | null;
  readonly isRemote: (channel: number) => boolean;
  /** Whether the server may tell it of losses, and end it. */
  readonly mayLose: boolean;
}

/**
 * One client at frame level, over a bare network stream. A message is known by the first bytes of its
 * frame and noted by the stamp that stands in it, not decoded.
 */
export class Connection {
  /** Messages so far, and the bytes of their packets. */
  messages = 0;
  bytes = 0;
  /** Losses that the server told of. */
  told = 0;
  /** Whether the server ended it. */
  hasEnded = false;

  readonly #scanner = new FrameScanner((bytes, start, end, opcode) =>
    this.#frame(bytes, start, end, opcode),
  );
  readonly #pending = new Map<number, (reply: Reply) => void>();
  #head: Buffer | null = Buffer.alloc(0);
  #stream: Socket | null = null;
  #nextNumber = 1;
  /** Where the stamp of the last message was, from the start of its packet. */
  #stampAt = 0;
  #isOurEnd = false;
  #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null;

  constructor(
    private readonly role: Role,
    private readonly surroundings: Surroundings,
  ) {}

  /** Resolves when the server has let this connection in. */
  open(): Promise<void> {
    const { dialect } = this.surroundings;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      const stream = connect({
        port: this.role.port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: READ,
          callback: (size) => {
            this.#data(READ.subarray(0, size));
            return true;
          },
        },
      });
      this.#stream = stream;
      stream.on('error', (error) => this.#failed(error.message));
      stream.on('close', () => this.#failed('the server closed the connection'));
      stream.write(
        `GET ${dialect.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
          'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
    });
  }

  /** Sends requests in one write; each is answered once, with its place among them. */
  send(requests: readonly Request[], answered: (reply: Reply, index: number) => void): void {
    const frames = requests.map((request, index) => {
      const number = this.#nextNumber++;
      this.#pending.set(number, (reply) => answered(reply, index));
      return clientFrame(this.surroundings.dialect.request(number, request));
    });
    this.#stream?.write(Buffer.concat(frames));
  }

  /** Takes what it had missed, as it came with the reply to a join. */
  take(channel: string, missed: readonly Missed[]): void {
    this.messages += missed.length;
    for (const { data, position } of missed) {
      const stamp = stampOf(data);
      if (stamp === null) this.surroundings.fault(WITHOUT_STAMP);
      else this.#enter(stamp.channel, stamp.number);
      this.#note(channel, data, position);
    }
  }

  /** Leaves everything that comes to the kernel. */
  stall(): void {
    this.#stream?.pause();
  }

  wake(): void {
    this.#stream?.resume();
  }

  close(): Promise<void> {
    this.#isOurEnd = true;
    const stream = this.#stream;
    if (!stream || stream.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      stream.once('close', () => resolve());
      stream.destroy();
    });
  }

  #data(chunk: Buffer): void {
    if (this.#head === null) {
      this.#scanner.push(chunk);
      return;
    }
    const head = Buffer.concat([this.#head, chunk]);
    const end = head.indexOf(END_OF_HEAD);
    this.#head = head;
    if (end < 0) return;
    const status = head.toString('latin1', 9, 12);
    if (status !== '101') {
      this.#failed(`the upgrade was answered with ${status}`);
      return;
    }
    this.#head = null;
    const hello = this.surroundings.dialect.hello(this.role.index, this.role.place);
    if (hello !== null) this.#say(hello);
    if (end + 4 < head.length) this.#scanner.push(head.subarray(end + 4));
  }

  #frame(bytes: Buffer, start: number, end: number, opcode: number): void {
    if (opcode !== TEXT) {
      // The end of the stream follows, and is judged.
      if (opcode !== CLOSE) this.surroundings.fault(`a frame of opcode ${opcode}`);
      return;
    }
    if (!this.surroundings.dialect.hasLines) {
      this.#packet(bytes, start, end);
      return;
    }
    for (let from = start; from < end;) {
      const newline = bytes.indexOf(NEWLINE, from);
      const to = newline < 0 ? end : Math.min(newline, end);
      if (to > from) this.#packet(bytes, from, to);
      from = to + 1;
    }
  }

  #packet(bytes: Buffer, start: number, end: number): void {
    const { dialect } = this.surroundings;
    if (!beginsWith(dialect.messageHead, bytes, start, end)) {
      this.#incoming(bytes.toString('utf8', start, end));
      return;
    }
    this.messages += 1;
    this.bytes += end - start;
    const at = findStamp(bytes, start, end, this.#stampAt);
    if (at < 0) {
      this.surroundings.fault(WITHOUT_STAMP);
    } else {
      this.#stampAt = at - start;
      this.#enter(channelAt(bytes, at), numberAt(bytes, at));
    }
    if (!this.role.isDecoded) return;
    const { channel, data, position } = dialect.delivery(bytes.toString('utf8', start, end));
    this.#note(channel, data, position);
  }

  #enter(channel: number, number: number): void {
    const wrong = this.role.ledger.note(channel, number);
    if (wrong !== null) this.surroundings.arrivals.disorder(wrong);
  }

  #note(channel: string, data: unknown, position: string | null): void {
    const { isDecoded, place, isRemote } = this.role;
    const { arrivals, numbers, fault } = this.surroundings;
    const stamp = isDecoded ? stampOf(data) : null;
    if (stamp !== null) {
      arrivals.note(stamp, isRemote(stamp.channel));
      if (numbers.get(channel) !== stamp.channel) fault(`a message of another channel: ${channel}`);
    }
    if (place === null || position === null) return;
    place.last = position;
    place.channels.set(channel, position);
  }

  #incoming(packet: string): void {
    const { index, ledger, place, mayLose } = this.role;
    const { dialect, keeps, numbers, fault } = this.surroundings;
    const incoming = dialect.incoming(packet, index, place);
    switch (incoming.kind) {
      case 'say':
        this.#say(incoming.packet);
        break;
      case 'ready':
        if (place) place.session = incoming.session;
        this.#settle?.resolve();
        this.#settle = null;
        break;
      case 'reply':
        this.#pending.get(incoming.number)?.(incoming.reply);
        this.#pending.delete(incoming.number);
        break;
      case 'lost':
        if (incoming.count === null || !mayLose || keeps.has(incoming.channel)) {
          fault(`a loss: ${packet.slice(0, 200)}`);
        }
        this.told += incoming.count ?? 0;
        ledger.lose(numbers.get(incoming.channel) ?? -1, incoming.count ?? 0);
        break;
      case 'harmless':
        break;
      case 'ending':
        if (!mayLose) fault(`an end: ${packet.slice(0, 200)}`);
        break;
      case 'fault':
        fault(`an unexpected packet: ${packet.slice(0, 200)}`);
    }
  }

  #say(packet: string): void {
    this.#stream?.write(clientFrame(packet));
  }

  #failed(message: string): void {
    if (this.#isOurEnd || this.hasEnded) return;
    this.hasEnded = true;
    this.#settle?.reject(new Error(`connection ${this.role.index}: ${message}`));
    this.#settle = null;
    if (!this.role.mayLose) this.surroundings.fault(message);
  }
}

/** Compared in place: a slice for each frame would cost more than the rest. */
function beginsWith(head: Buffer, bytes: Buffer, start: number, end: number): boolean {
  const { length } = head;
  if (end - start < length) return false;
  for (let at = 0; at < length; at += 1) if (bytes[start + at] !== head[at]) return false;
  return true;
}
