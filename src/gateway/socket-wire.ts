import type { Buffer } from 'node:buffer';
import type { Socket as NetSocket } from 'node:net';
import type { Socket } from 'socket.io';
import type { PushName, Pushes } from '../protocol/pushes.js';
import type { ClosingPush } from '../protocol/pushes/closing.js';
import type { OutgoingMessage, Wire } from '../delivery/wire.port.js';

/** The members of `ws` and engine.io that a direct write needs; private there, so checked at run time. */
interface EngineInside {
  readonly upgrading?: boolean;
  readonly writeBuffer: readonly { readonly data?: string | Buffer }[];
  readonly transport: {
    readonly name: string;
    readonly socket?: {
      readonly readyState: number;
      readonly extensions: string;
      readonly _sender?: { readonly _state?: number };
      readonly _socket?: NetSocket | null;
    };
  };
}

const WS_OPEN = 1;

/** One Socket.IO connection as delivery sees it. */
export class SocketWire implements Wire {
  /** Whether frames go out as they are; fixed by the WebSocket handshake, and dear to ask for. */
  #isUncompressed: boolean | null = null;

  constructor(private readonly socket: Socket) {}

  unflushed(): number {
    const { writeBuffer, transport } = this.#engine();
    let bytes = transport.socket?._socket?.writableLength ?? 0;
    for (const { data } of writeBuffer) bytes += data?.length ?? 0;
    return bytes;
  }

  write(joined: Buffer, messages: readonly OutgoingMessage[], safety: readonly boolean[]): void {
    const stream = this.#directStream();
    if (stream) {
      stream.write(joined);
      return;
    }
    for (const [index, message] of messages.entries()) {
      const { text, parts } = message.packet(safety[index] ?? true);
      // engine.io adds its own prefix to text and sends binary as it is.
      this.socket.conn.write(text);
      for (const part of parts) this.socket.conn.write(part);
    }
  }

  onceDrained(callback: () => void): void {
    const stream = this.#engine().transport.socket?._socket;
    if (stream && stream.writableNeedDrain) stream.once('drain', callback);
    else this.socket.conn.once('drain', callback);
  }

  emit<N extends PushName>(event: N, payload: Pushes[N]): void {
    this.socket.emit(event, payload);
  }

  close(closing: ClosingPush): void {
    if (!this.socket.connected) return;
    this.socket.emit('closing', closing);
    // Closing the transport lets official clients come back by themselves; a disconnect does not.
    if (closing.reconnect) this.socket.conn.close();
    else this.socket.disconnect(true);
  }

  /**
   * The network stream when whole frames may be written to it without overtaking or cutting into
   * anything: an open, uncompressed WebSocket with nothing queued above it.
   */
  #directStream(): NetSocket | null {
    const { upgrading, writeBuffer, transport } = this.#engine();
    const websocket = transport.socket;
    if (
      transport.name !== 'websocket' ||
      upgrading === true ||
      writeBuffer.length > 0 ||
      this.socket.conn.readyState !== 'open' ||
      websocket?.readyState !== WS_OPEN ||
      !(this.#isUncompressed ??= websocket.extensions === '') ||
      websocket._sender?._state !== 0
    ) {
      return null;
    }
    return websocket._socket ?? null;
  }

  #engine(): EngineInside {
    // Private members of engine.io and ws: every one is optional or compared before it is relied on.
    return this.socket.conn as unknown as EngineInside;
  }
}
