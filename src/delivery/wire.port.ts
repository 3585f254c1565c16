import type { Buffer } from 'node:buffer';
import type { PushName, Pushes } from '../protocol/pushes.js';
import type { ClosingPush } from '../protocol/pushes/closing.js';

/** One connection as delivery sees it; the gateway implements it. */
export interface Wire {
  /** Bytes that were handed over and that the kernel has not taken yet. */
  unflushed(): number;

  /**
   * Sends messages in the order given. `joined` is all of them as ready WebSocket frames; the wire
   * writes it when that is safe, else sends the packets one by one through Socket.IO.
   */
  write(joined: Buffer, packets: readonly OutgoingPacket[]): void;

  /** Calls back once, when the kernel has taken everything; not at all when the connection ends first. */
  onceDrained(callback: () => void): void;

  /** Sends any other event. */
  emit<N extends PushName>(event: N, payload: Pushes[N]): void;

  /** Tells why, then closes. */
  close(closing: ClosingPush): void;
}

/** A packet without the Engine.IO prefix, made only when a wire needs it. */
export type OutgoingPacket = () => { readonly text: string; readonly parts: readonly Buffer[] };
