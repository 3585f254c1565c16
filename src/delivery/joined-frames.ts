import { Buffer } from 'node:buffer';
import type { EncodedMessage } from './encoded-message.js';

/** Rows of messages that are remembered: where some connections of many channels are written to in turn, each has its own. */
const ROWS_MAX = 32;

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
  /** By the first message of each, the one that was made first to the front. */
  readonly #rows = new Map<EncodedMessage, Row>();
  #frames: readonly Buffer[] = [];
  #joined: Buffer = NOTHING;

  /** The frames of a whole turn, each with its position. */
  joinAll(messages: readonly EncodedMessage[]): Buffer {
    const [first] = messages;
    if (!first) return NOTHING;
    const known = this.#rows.get(first);
    if (known && isSame(messages, known.messages)) return known.joined;
    const joined = Buffer.concat(messages.map((message) => message.frames(true)));
    // Behind the others, also where another row began with the same.
    this.#rows.delete(first);
    this.#rows.set(first, { messages, joined });
    if (this.#rows.size > ROWS_MAX) this.#forgetOldest();
    return joined;
  }

  /** Any frames in a row. */
  join(frames: readonly Buffer[]): Buffer {
    const [only] = frames;
    if (only && frames.length === 1) return only;
    if (!isSame(frames, this.#frames)) {
      this.#joined = Buffer.concat(frames);
      this.#frames = frames;
    }
    return this.#joined;
  }

  /** Lets go of all of it, so that a quiet instance does not hold on to an old burst. */
  release(): void {
    this.#rows.clear();
    this.#frames = [];
    this.#joined = NOTHING;
  }

  #forgetOldest(): void {
    for (const oldest of this.#rows.keys()) {
      this.#rows.delete(oldest);
      return;
    }
  }
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  if (some.length !== others.length) return false;
  for (let index = 0; index < some.length; index += 1) {
    if (some[index] !== others[index]) return false;
  }
  return true;
}
