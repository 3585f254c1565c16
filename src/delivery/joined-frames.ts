import { Buffer } from 'node:buffer';
import type { EncodedMessage } from './encoded-message.js';

/** Rows of messages that are remembered: where connections of many channels are written to in turn, each channel has its own. */
const ROWS_MAX = 32;

/** What they may come to, in bytes. */
const ROWS_BYTES_MAX = 1_048_576;

/** For how long, where nobody says before that all is written, in milliseconds. */
const KEPT_MS = 1_000;

const NOTHING = Buffer.alloc(0);

interface Row {
  readonly messages: readonly EncodedMessage[];
  readonly joined: Buffer;
}

/**
 * Joins the frames that one connection is owed into one buffer, and hands the same buffer to the next
 * connections that are owed the same frames: a burst to a thousand sockets is joined once.
 */
export class JoinedFrames {
  /** The one that was made last at the end. */
  #rows: Row[] = [];
  #rowsBytes = 0;
  #frames: readonly Buffer[] = [];
  #joined: Buffer = NOTHING;
  #end: NodeJS.Timeout | null = null;

  /** The frames of a whole turn, each with its position. */
  joinAll(messages: readonly EncodedMessage[]): Buffer {
    for (let at = this.#rows.length - 1; at >= 0; at -= 1) {
      const row = this.#rows[at];
      if (row && isSame(messages, row.messages)) return row.joined;
    }
    const joined = Buffer.concat(messages.map((message) => message.frames(true)));
    this.#rows.push({ messages, joined });
    this.#rowsBytes += joined.length;
    while (this.#rows.length > ROWS_MAX || this.#rowsBytes > ROWS_BYTES_MAX) {
      this.#rowsBytes -= this.#rows.shift()?.joined.length ?? 0;
    }
    this.#endSoon();
    return joined;
  }

  /** Any frames in a row. */
  join(frames: readonly Buffer[]): Buffer {
    const [only] = frames;
    if (only && frames.length === 1) return only;
    if (!isSame(frames, this.#frames)) {
      this.#joined = Buffer.concat(frames);
      this.#frames = frames;
      this.#endSoon();
    }
    return this.#joined;
  }

  /** Lets go of all of it, so that a quiet instance does not hold on to an old burst. */
  release(): void {
    if (this.#end) clearTimeout(this.#end);
    this.#end = null;
    this.#rows = [];
    this.#rowsBytes = 0;
    this.#frames = [];
    this.#joined = NOTHING;
  }

  #endSoon(): void {
    this.#end ??= setTimeout(() => this.release(), KEPT_MS).unref();
  }
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  if (some === others) return true;
  if (some.length !== others.length) return false;
  for (let index = 0; index < some.length; index += 1) {
    if (some[index] !== others[index]) return false;
  }
  return true;
}
