import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { FrameScanner } from '../wire/frame-scanner.js';
import { clientFrame } from '../wire/text-frame.js';
import type { Arrivals } from './arrivals.js';
import type { Dialect, Event } from './dialect.js';

const TEXT = 1;
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const MESSAGE = Buffer.from('42["message",');
const PONG = clientFrame('3');

/** Events that a server may send at any time without having failed. */
const HARMLESS = new Set(['presence']);

/** What all connections of an audience share. */
export interface Surroundings {
  readonly port: number;
  readonly dialect: Dialect;
  /** Where a decoded connection notes what came; one in so many is decoded. */
  readonly arrivals: Arrivals;
  /** Called with anything that a healthy run never sees. */
  readonly fault: (message: string) => void;
}

/**
 * One Socket.IO client at frame level: Engine.IO 4 and Socket.IO 5 over a bare network stream. A
 * message is known by the first bytes of its frame and counted, not decoded.
 */
export class Connection {
  /** Messages so far, and the bytes of their payloads. */
  messages = 0;
  bytes = 0;
  /** Number of the last message, where this connection is decoded. */
  lastNumber = -1;

  readonly #scanner = new FrameScanner((bytes, start, end, opcode) =>
    this.#frame(bytes, start, end, opcode),
  );
  readonly #pending = new Map<number, (reply: unknown) => void>();
  #head: Buffer | null = Buffer.alloc(0);
  #stream: Socket | null = null;
  #nextId = 1;
  #isOurEnd = false;
  #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null;

  constructor(
    private readonly index: number,
    private readonly surroundings: Surroundings,
    private readonly isDecoded: boolean,
  ) {}

  /** Resolves when the server has let this connection in. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      const stream = connect({ port: this.surroundings.port, host: '127.0.0.1', noDelay: true });
      this.#stream = stream;
      stream.on('data', (chunk: Buffer) => this.#data(chunk));
      stream.on('error', (error) => this.#failed(error.message));
      stream.on('close', () => this.#failed('the server closed the connection'));
      stream.write(
        'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n' +
          'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
    });
  }

  /** Sends events in one write; each is answered once. */
  request(events: readonly Event[], answered: (reply: unknown) => void): void {
    const frames = events.map(({ name, body }) => {
      const id = this.#nextId++;
      this.#pending.set(id, answered);
      return clientFrame(`42${id}${JSON.stringify([name, body])}`);
    });
    this.#stream?.write(Buffer.concat(frames));
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
    if (end + 4 < head.length) this.#scanner.push(head.subarray(end + 4));
  }

  #frame(bytes: Buffer, start: number, end: number, opcode: number): void {
    if (opcode !== TEXT) {
      this.surroundings.fault(`a frame of opcode ${opcode}`);
      return;
    }
    if (isMessage(bytes, start, end)) {
      this.messages += 1;
      this.bytes += end - start;
      if (this.isDecoded) this.#decode(bytes.toString('utf8', start, end));
      return;
    }
    this.#packet(bytes.toString('utf8', start, end));
  }

  #decode(packet: string): void {
    const { dialect, arrivals } = this.surroundings;
    const [, body] = JSON.parse(packet.slice(2)) as [string, Readonly<Record<string, unknown>>];
    this.lastNumber = arrivals.note(dialect.dataOf(body), this.lastNumber);
  }

  #packet(packet: string): void {
    const { dialect } = this.surroundings;
    if (packet === '2') {
      this.#stream?.write(PONG);
    } else if (packet.startsWith('0')) {
      const auth = dialect.auth(this.index);
      this.#stream?.write(clientFrame(auth === null ? '40' : `40${JSON.stringify(auth)}`));
    } else if (packet.startsWith('40')) {
      if (dialect.readyEvent === null) this.#opened();
    } else if (packet.startsWith('42')) {
      this.#event(packet);
    } else if (packet.startsWith('43')) {
      this.#answer(packet);
    } else {
      this.#failed(`an unexpected packet: ${packet.slice(0, 120)}`);
    }
  }

  #event(packet: string): void {
    const name = packet.slice(4, packet.indexOf('"', 4));
    if (name === this.surroundings.dialect.readyEvent) this.#opened();
    else if (!HARMLESS.has(name)) this.surroundings.fault(`an event: ${packet.slice(0, 200)}`);
  }

  #answer(packet: string): void {
    const bracket = packet.indexOf('[');
    const id = Number(packet.slice(2, bracket));
    const [reply] = JSON.parse(packet.slice(bracket)) as [unknown];
    const answered = this.#pending.get(id);
    this.#pending.delete(id);
    answered?.(reply);
  }

  #opened(): void {
    this.#settle?.resolve();
    this.#settle = null;
  }

  #failed(message: string): void {
    if (this.#isOurEnd) return;
    this.#settle?.reject(new Error(`connection ${this.index}: ${message}`));
    this.#settle = null;
    this.surroundings.fault(message);
  }
}

/** Compared in place: a slice for each frame would cost more than the rest. */
function isMessage(bytes: Buffer, start: number, end: number): boolean {
  const length = MESSAGE.length;
  if (end - start < length) return false;
  for (let at = 0; at < length; at += 1) if (bytes[start + at] !== MESSAGE[at]) return false;
  return true;
}
