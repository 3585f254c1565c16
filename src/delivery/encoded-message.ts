import { Buffer } from 'node:buffer';
import type { LogEntry } from '../broker/log-entry.js';
import { packetTail } from '../broker/open-packet.js';
import { websocketFrame } from './websocket-frame.js';

/** One message as bytes on the wire, made once for all sockets that are owed the same bytes. */
export class EncodedMessage {
  #withPosition: Buffer | null = null;
  #withoutPosition: Buffer | null = null;

  constructor(
    readonly entry: LogEntry,
    /** True on the page of a resume, false on the live path. */
    readonly replayed: boolean,
  ) {}

  /** Whole WebSocket frames: the packet and, behind it, its binary parts. */
  frames(withPosition: boolean): Buffer {
    return withPosition
      ? (this.#withPosition ??= this.#frame(true))
      : (this.#withoutPosition ??= this.#frame(false));
  }

  /** The same packet for a connection that must go through Socket.IO, without the Engine.IO prefix. */
  packet(withPosition: boolean): { readonly text: string; readonly parts: readonly Buffer[] } {
    const text = this.entry.text.toString('utf8', 1);
    return {
      text: text + packetTail(this.entry, withPosition, this.replayed),
      parts: this.entry.parts,
    };
  }

  /** What the message counts for in an outbox, in bytes; the position is always counted. */
  get bytes(): number {
    let bytes = this.entry.text.length + TAIL_BYTES;
    for (const part of this.entry.parts) bytes += part.length;
    return bytes;
  }

  #frame(withPosition: boolean): Buffer {
    const tail = Buffer.from(packetTail(this.entry, withPosition, this.replayed), 'latin1');
    const packet = websocketFrame(Buffer.concat([this.entry.text, tail]), false);
    if (this.entry.parts.length === 0) return packet;
    return Buffer.concat([packet, ...this.entry.parts.map((part) => websocketFrame(part, true))]);
  }
}

/** Offset, position and frame header at their usual lengths. */
const TAIL_BYTES = 90;
