import { Cursor, type CursorRecord } from './cursor.js';
import type { Gap, Skip } from './gap.js';
import type { Message } from './message.js';
import type { ReleaseQueue } from './release-queue.js';
import type { SeenBroadcasts } from './seen-broadcasts.js';

/** A stream as a store keeps it: where it stands, and what it took but has not shown. */
export interface StreamRecord {
  readonly cursor: CursorRecord;
  readonly held: readonly Message[];
}

export interface StreamParts {
  readonly releases: ReleaseQueue;
  readonly seenBroadcasts: SeenBroadcasts;
  /** Hands a message to the application. */
  readonly show: (message: Message) => void;
  readonly tellGap: (gap: Gap) => void;
  /** The record changed. */
  readonly changed: () => void;
}

/** Turns what came of one channel into what the application gets: each message once, when it is time. */
export class MessageStream {
  readonly #parts: StreamParts;
  readonly #cursor = new Cursor();
  readonly #held = new Map<Message, () => void>();

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** What to hand back as `since`; null before the first word of the server. */
  get position(): string | null {
    return this.#cursor.position;
  }

  /** Takes the start of a subscription: its messages, and the loss before them. */
  begin(start: {
    readonly epoch: string;
    readonly position: string;
    readonly messages?: readonly Message[];
    readonly gap?: Gap;
  }): void {
    this.#cursor.begin(start.epoch);
    if (start.gap !== undefined) this.gap(start.gap);
    for (const message of start.messages ?? []) this.receive(message);
    this.#cursor.standAt(start.position);
    this.#parts.changed();
  }

  receive(message: Message): void {
    const isNew = this.#cursor.admit(message);
    const { broadcast, releaseAt } = message;
    const isCopy =
      isNew && broadcast !== undefined && this.#parts.seenBroadcasts.sees(broadcast.id);
    if (isNew && !isCopy) {
      if (releaseAt !== undefined && this.#parts.releases.isEarly(releaseAt)) {
        this.#hold(message, releaseAt);
      } else {
        this.#parts.show(message);
      }
    }
    this.#parts.changed();
  }

  skip(skip: Skip): void {
    this.#cursor.skip(skip);
    this.#parts.changed();
  }

  gap(gap: Gap): void {
    this.#cursor.gap(gap);
    this.#parts.tellGap(gap);
    this.#parts.changed();
  }

  /** Forgets the place and what is held, as a reader that is new to the channel. */
  reset(): void {
    this.stop();
    this.#held.clear();
    this.#cursor.reset();
  }

  /** Shows nothing any more of what is held; the record still has it. */
  stop(): void {
    for (const callOff of this.#held.values()) callOff();
  }

  record(): StreamRecord {
    return { cursor: this.#cursor.record(), held: [...this.#held.keys()] };
  }

  restore({ cursor, held }: StreamRecord): void {
    this.reset();
    this.#cursor.restore(cursor);
    for (const message of held) this.#hold(message, message.releaseAt ?? 0);
  }

  #hold(message: Message, releaseAt: number): void {
    const callOff = this.#parts.releases.hold(releaseAt, () => {
      this.#held.delete(message);
      this.#parts.show(message);
      this.#parts.changed();
    });
    this.#held.set(message, callOff);
  }
}

/** Reads what a store gave back; null for anything that this version did not write. */
export function streamRecordOf(stored: unknown): StreamRecord | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { version, record } = stored as Record<string, unknown>;
  // The version says who wrote it, so the shape is ours.
  return version === 1 ? (record as StreamRecord) : null;
}

/** What a store keeps of a stream. */
export function storedStream(record: StreamRecord): unknown {
  return { version: 1, record };
}
