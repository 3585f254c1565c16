import { Buffer } from 'node:buffer';
import process from 'node:process';
import type { Socket as NetSocket } from 'node:net';
import type { Socket } from 'socket.io';
import type { PushName, Pushes } from '../protocol/pushes.js';
import type { ClosingPush } from '../protocol/pushes/closing.js';
import { ownBytes } from '../kernel/own-bytes.js';
import { textFrame } from '../kernel/websocket-frame.js';
import { framesAgree } from './frame-agreement.js';
import { type BeneathStream, writeBeneath } from './stream-writing.js';
import type { OutgoingMessage, Wire } from '../delivery/wire.port.js';

/** The members of `ws` and engine.io that a direct write needs; private there, so checked at run time. */
interface EngineInside {
  readonly readyState: string;
  readonly upgrading?: boolean;
  readonly writeBuffer: readonly { readonly data?: string | Buffer }[];
  readonly transport: {
    readonly name: string;
    readonly socket?: {
      readonly readyState: number;
      readonly extensions: string;
      readonly terminate?: () => void;
      readonly _sender?: { readonly _state?: number };
      readonly _socket?: NetSocket | null;
    };
  };
}

const WS_OPEN = 1;

/** Between the polite end of a connection and the end of its socket, in milliseconds. */
const LINGER_MS = 1_000;

/** Between two looks at what a stream holds that will not say when it was taken, in milliseconds. */
const LOOK_AGAIN_MS = 10;

/** One Socket.IO connection as delivery sees it. */
export class SocketWire implements Wire, BeneathStream {
  // Every object on the way to a stream is looked up in memory that has gone cold: the fewer the better.
  readonly #engine: EngineInside;
  /** The network stream, once it has proved to take whole frames: it is the last that a connection has. */
  #plain: NetSocket | null = null;
  /** Whether frames go out as we make them; fixed by the WebSocket handshake, and dear to ask for. */
  #isPlain: boolean | null = null;
  /** Acknowledgements of this turn, which nothing may overtake. */
  #answers: Buffer[] | null = null;
  /** Bytes that were written beneath the stream and that the kernel has not all taken. */
  #held = 0;
  #released: (() => void)[] | null = null;
  #isClosing = false;

  constructor(private readonly socket: Socket) {
    this.#engine = insideOf(socket.conn);
  }

  unflushed(): number {
    const { writeBuffer } = this.#engine;
    const stream = this.#plain ?? this.#stream();
    let bytes = this.#held + (stream?.writableLength ?? 0);
    if (writeBuffer.length > 0) for (const { data } of writeBuffer) bytes += data?.length ?? 0;
    if (this.#answers) for (const { length } of this.#answers) bytes += length;
    return bytes;
  }

  write(joined: Buffer, messages: readonly OutgoingMessage[], safety: readonly boolean[]): void {
    const stream = this.#directStream();
    if (stream) return this.#put(stream, joined);
    this.flush();
    for (const [index, message] of messages.entries()) {
      const { text, parts } = message.packet(safety[index] ?? true);
      // engine.io adds its own prefix to text and sends binary as it is.
      this.socket.conn.write(text);
      // It waits there for a poll, or to be compressed, and is counted by its length.
      for (const part of parts) this.socket.conn.write(ownBytes(part));
    }
  }

  /** Whether `writeText` may be called now. */
  isDirect(): boolean {
    return this.#directStream() !== null;
  }

  /** Writes one text packet of Engine.IO as a ready frame, together with others of this turn. Only while `isDirect`. */
  writeText(packet: string): void {
    if (!this.#directStream()) return;
    const frame = textFrame(packet);
    if (this.#answers) this.#answers.push(frame);
    else {
      this.#answers = [frame];
      flushSoon(this);
    }
  }

  /** Writes what waits for the end of the turn. What follows an answer by another way calls it first. */
  flush(): void {
    const answers = this.#answers;
    const stream = this.#plain;
    if (!answers || !stream) return;
    this.#answers = null;
    const [first] = answers;
    if (!stream.writable || !first) return;
    this.#write(stream, answers.length === 1 ? first : Buffer.concat(answers));
  }

  onceDrained(callback: () => void): void {
    const stream = this.#stream();
    if (this.#held > 0) (this.#released ??= []).push(() => this.onceDrained(callback));
    else if (stream?.writableNeedDrain) stream.once('drain', callback);
    // engine.io says `drain` in the middle of a send: whoever waits must not write before that is over.
    else if (this.#engine.writeBuffer.length > 0)
      this.socket.conn.once('drain', () => setImmediate(callback));
    // Of less than its mark a stream never says that it was taken: asked in each turn, a stalled one would be asked for ever.
    else if (stream && stream.writableLength > 0)
      setTimeout(() => this.onceDrained(callback), LOOK_AGAIN_MS).unref();
    else setImmediate(callback);
  }

  settled(isWhole: boolean): void {
    this.#held = 0;
    const released = this.#released;
    this.#released = null;
    if (isWhole) for (const release of released ?? []) release();
  }

  emit<N extends PushName>(event: N, payload: Pushes[N]): void {
    this.flush();
    this.socket.emit(event, payload);
  }

  close(closing: ClosingPush): void {
    // It stays connected until its peer has taken what was written before, or has not in time.
    if (this.#isClosing || !this.socket.connected) return;
    this.#isClosing = true;
    try {
      this.emit('closing', closing);
      // Closing the transport lets official clients come back by themselves; a disconnect does not.
      if (closing.reconnect) this.socket.conn.close();
      else this.socket.disconnect(true);
    } catch {
      // It ends without a goodbye: whoever closes one connection has others to see to.
      this.socket.conn.close(true);
    }
    terminateSoon(this.socket.conn);
  }

  #put(stream: NetSocket, frames: Buffer): void {
    const answers = this.#answers;
    if (!answers) return this.#write(stream, frames);
    this.#answers = null;
    this.#write(stream, Buffer.concat([...answers, frames]));
  }

  #write(stream: NetSocket, frames: Buffer): void {
    // The stream does not count what lies beneath it: only one write waits there.
    const written = this.#held === 0 ? writeBeneath(stream, frames, this) : 'not written';
    // What was begun cannot be copied any more: one write for each connection, which may be a view.
    if (written === 'held') this.#held = frames.length;
    // What waits there is counted by its length, so it may not hold on to more.
    else if (written === 'not written')
      stream.write(stream.writableLength > 0 || this.#held > 0 ? ownBytes(frames) : frames);
  }

  /**
   * The network stream when whole frames may be written to it without overtaking or cutting into
   * anything: an open, uncompressed WebSocket with nothing queued above it.
   */
  #directStream(): NetSocket | null {
    const engine = this.#engine;
    if (engine.readyState !== 'open' || engine.writeBuffer.length > 0) return null;
    const stream = (this.#plain ??= this.#provenStream());
    // Ended by the peer's goodbye, which engine.io hears of later.
    return stream?.writable ? stream : null;
  }

  /** What cannot change any more once it is so: only an HTTP connection is ever upgraded. */
  #provenStream(): NetSocket | null {
    const { upgrading, transport } = this.#engine;
    const websocket = transport.socket;
    if (
      transport.name !== 'websocket' ||
      upgrading === true ||
      websocket?.readyState !== WS_OPEN ||
      !(this.#isPlain ??= websocket.extensions === '' && framesAgree(this.socket)) ||
      // Never anything else without extensions, for text and buffers.
      websocket._sender?._state !== 0
    ) {
      return null;
    }
    return this.#stream();
  }

  #stream(): NetSocket | null {
    return this.#engine.transport.socket?._socket ?? null;
  }
}

/** Whose answers wait for the end of this turn: what was published in one call is acknowledged in one. */
let answering: SocketWire[] = [];

function flushSoon(wire: SocketWire): void {
  if (answering.push(wire) === 1) process.nextTick(flushAll);
}

function flushAll(): void {
  const wires = answering;
  answering = [];
  for (const wire of wires) wire.flush();
}

/** Ends the socket of a connection that was closed, should its peer not do so by itself. */
export function terminateSoon(connection: Socket['conn'], lingerMs = LINGER_MS): void {
  const { socket } = insideOf(connection).transport;
  setTimeout(() => socket?.terminate?.(), lingerMs).unref();
}

function insideOf(connection: Socket['conn']): EngineInside {
  // Private members of engine.io and ws: every one is optional or compared before it is relied on.
  return connection as unknown as EngineInside;
}
