import type { Buffer } from 'node:buffer';
import type { PushName, Pushes } from '../protocol/pushes.js';
import type { ClosingPush } from '../protocol/pushes/closing.js';

/** One connection as delivery sees it; the gateway implements it. */
export interface Wire {
  /** Bytes that were handed over and that the kernel has not taken yet. */
  unflushed(): number;

  /**
   * Sends messages, or pushes that are frames already, in the order given. `joined` is all of them as ready
   * WebSocket frames; the wire writes it when that is safe, else sends them one by one through Socket.IO.
   * `safety[i]` is false for a message that goes without its position.
   */
  write(joined: Buffer, messages: readonly OutgoingMessage[], safety: readonly boolean[]): void;

  /** Calls back once, when the kernel has taken everything; not at all when the connection ends first. */
  onceDrained(callback: () => void): void;

  /** Sends any other event. */
  emit<N extends PushName>(event: N, payload: Pushes[N]): void;

  /** Tells why, then closes; closes at least. Never throws. */
  close(closing: ClosingPush): void;
}

/** A message for a connection that must go through Socket.IO. */
export interface OutgoingMessage {
  /** Its packet without the Engine.IO prefix, and its binary parts. */
  packet(withPosition: boolean): { readonly text: string; readonly parts: readonly Buffer[] };
}
