import type { Buffer } from 'node:buffer';
import type { Socket as NetSocket } from 'node:net';
import type { Socket } from 'socket.io';
import { isCommand } from '../protocol/commands.js';
import { acknowledgementOf } from './direct-answer.js';
import { eventsAgree } from './event-agreement.js';
import { eventAt, frameBytes, type IncomingEvent } from './incoming-event.js';
import { type BeneathReader, readBeneath, type ReadingTimes } from './stream-reading.js';

/** The members of `ws`, engine.io and Socket.IO that say whether a frame may be taken; private there, so compared. */
interface ReadingInside {
  readonly conn: {
    readonly readyState: string;
    readonly upgrading?: boolean;
    /** Any packet is a sign of life while a pong is awaited: that is told to engine.io by the packet itself. */
    readonly pingTimeoutTimer?: { refresh(): unknown } | null;
    readonly transport: {
      readonly name: string;
      readonly socket?: {
        readonly readyState: number;
        readonly extensions: string;
        readonly _socket?: NetSocket | null;
        readonly _receiver?: FrameState | null;
      };
    };
  };
  readonly client: { readonly decoder?: { readonly reconstructor?: object | null } };
}

/** Where `ws` is among the frames of its peer. */
interface FrameState {
  readonly _bufferedBytes: number;
  readonly _state: number;
  readonly _fragmented: number;
}

/** What brings an event to its command. */
export interface Commands {
  dispatch(socket: Socket, event: unknown, args: readonly unknown[]): void;
}

export interface ReadRules extends ReadingTimes {
  /** Of one packet. */
  readonly maxBytes: number;
}

const WS_OPEN = 1;
/** At the first byte of a frame. */
const WS_AT_FRAME = 0;

/**
 * Takes the commands of one connection out of its stream as frames: through `ws`, engine.io and
 * Socket.IO the same bytes cost a third of a publish. Everything that is not a whole, plain command, and
 * everything while one of them is in the middle of something, goes its way through them.
 */
class FrameReader implements BeneathReader {
  constructor(
    private readonly socket: Socket,
    private readonly stream: NetSocket,
    private readonly commands: Commands,
    private readonly maxBytes: number,
  ) {}

  take(bytes: Buffer, from: number, to: number): number {
    let at = from;
    // What Socket.IO is given it hands on later: nothing behind it may be taken before.
    while (at < to && this.#mayTake()) {
      const event = eventAt(bytes, at, to, this.maxBytes);
      if (!event || !isCommand(event.data[0])) break;
      at = event.end;
      this.#dispatch(event);
    }
    return at;
  }

  unitBytes(bytes: Buffer, from: number, to: number): number {
    return this.#isAtFrame() ? frameBytes(bytes, from, to) : 0;
  }

  isBehind(): void {
    // The pong that is awaited may stand behind all that; engine.io takes one packet for a sign of life, not the next.
    const { readyState, pingTimeoutTimer } = (this.socket as unknown as ReadingInside).conn;
    if (readyState === 'open') pingTimeoutTimer?.refresh();
  }

  #dispatch({ id, data }: IncomingEvent): void {
    const event = data.shift();
    if (id !== null) data.push(acknowledgementOf(this.socket, id));
    this.commands.dispatch(this.socket, event, data);
  }

  #mayTake(): boolean {
    const { conn, client } = this.socket as unknown as ReadingInside;
    return (
      this.socket.connected &&
      conn.readyState === 'open' &&
      conn.pingTimeoutTimer === null &&
      !client.decoder?.reconstructor &&
      this.#isAtFrame()
    );
  }

  /** What comes next is the first byte of a frame, and `ws` would see it at once. */
  #isAtFrame(): boolean {
    const { socket: websocket } = (this.socket as unknown as ReadingInside).conn.transport;
    const frames = websocket?._receiver;
    return (
      websocket?.readyState === WS_OPEN &&
      websocket._socket === this.stream &&
      frames?._bufferedBytes === 0 &&
      frames._state === WS_AT_FRAME &&
      frames._fragmented === 0 &&
      this.stream.readableFlowing === true &&
      this.stream.readableLength === 0
    );
  }
}

/** Reads the commands of a socket as frames from now on. Does nothing where that is not safe, or not yet. */
export function readFrames(socket: Socket, commands: Commands, rules: ReadRules): void {
  const { upgrading, transport } = (socket as unknown as ReadingInside).conn;
  const { socket: websocket } = transport;
  const stream = websocket?._socket;
  if (
    transport.name === 'websocket' &&
    upgrading !== true &&
    websocket?.extensions === '' &&
    stream &&
    eventsAgree(socket)
  ) {
    readBeneath(stream, new FrameReader(socket, stream, commands, rules.maxBytes), rules);
  }
}
