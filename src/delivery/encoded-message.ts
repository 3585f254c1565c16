import { Buffer } from 'node:buffer';
import { type LogEntry, NO_EXTRA } from '../broker/log-entry.js';
import { packetTail } from '../broker/open-packet.js';
import { placeOf, type Position } from '../broker/position.js';
import { ownBytes } from '../kernel/own-bytes.js';
import { frameHeaderBytes, websocketFrame, writeFrameHeader } from '../kernel/websocket-frame.js';

/** One message as bytes on the wire, made once for all sockets that are owed the same bytes. */
export class EncodedMessage {
  readonly kind = 'message';
  /** Where it stands: what is remembered of it when it has left. */
  readonly place: Position;
  /** What the message counts for in an outbox; the position is always counted. */
  readonly bytes: number;
  /** A list of this one, the same for all sockets. */
  readonly alone: readonly EncodedMessage[] = [this];
  #withPosition: Buffer | null = null;
  #withoutPosition: Buffer | null = null;
  #isKept = false;

  /** Its fields never change; where its bytes lie does, once. */
  #entry: LogEntry;

  constructor(
    entry: LogEntry,
    /** True on the page of a resume, false on the live path. */
    readonly replayed: boolean,
  ) {
    this.#entry = entry;
    this.place = placeOf(entry);
    let bytes = entry.text.length + TAIL_BYTES;
    for (const part of entry.parts) bytes += part.length;
    this.bytes = bytes;
  }

  get entry(): LogEntry {
    return this.#entry;
  }

  /** Whether it is for everybody, at any time: nothing has to be asked before it leaves. */
  get isPlain(): boolean {
    const { kind, extra, ttlMs } = this.entry;
    return kind === 'm' && extra === NO_EXTRA && ttlMs === 0;
  }

  /** Whole WebSocket frames: the packet and, behind it, its binary parts. */
  frames(withPosition: boolean): Buffer {
    if (withPosition) return (this.#withPosition ??= this.#frame(true));
    return (this.#withoutPosition ??= this.#isKept
      ? ownBytes(this.#frame(false))
      : this.#frame(false));
  }

  /** The same packet for a connection that must go through Socket.IO, without the Engine.IO prefix. */
  packet(withPosition: boolean): { readonly text: string; readonly parts: readonly Buffer[] } {
    const text = this.entry.text.toString('utf8', 1);
    return {
      text: text + packetTail(this.entry, withPosition, this.replayed),
      parts: this.entry.parts,
    };
  }

  /**
   * It will wait: from now on it holds its frames and nothing else. What an entry brings is a view into
   * what was read of the store at a time, which may be a hundred times as large.
   */
  keep(): void {
    if (this.#isKept) return;
    this.#isKept = true;
    const { text, parts } = this.entry;
    const size = text.length + packetTail(this.entry, true, this.replayed).length;
    const own = ownBytes(this.frames(true));
    this.#withPosition = own;
    this.#withoutPosition = null;
    let end = frameHeaderBytes(size) + size;
    const start = end - size;
    this.#entry = {
      ...this.#entry,
      text: own.subarray(start, start + text.length),
      parts: parts.map(({ length }) => {
        end += frameHeaderBytes(length) + length;
        return own.subarray(end - length, end);
      }),
    };
  }

  #frame(withPosition: boolean): Buffer {
    const { text, parts } = this.entry;
    const tail = packetTail(this.entry, withPosition, this.replayed);
    const size = text.length + tail.length;
    const start = frameHeaderBytes(size);
    const frame = Buffer.allocUnsafe(start + size);
    writeFrameHeader(frame, size, false);
    text.copy(frame, start);
    frame.write(tail, start + text.length, 'latin1');
    if (parts.length === 0) return frame;
    return Buffer.concat([frame, ...parts.map((part) => websocketFrame(part, true))]);
  }
}

/** Offset, position and frame header at their usual lengths. */
const TAIL_BYTES = 90;
