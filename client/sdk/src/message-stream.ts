import { Cursor } from './cursor.js';
import type { Gap, Skip } from './gap.js';
import type { Message } from './message.js';
import { countOf, missingOffsets, type OffsetRange } from './missing-offsets.js';
import type { ReleaseQueue } from './release-queue.js';
import type { SeenBroadcasts } from './seen-broadcasts.js';
import type { StreamRecord } from './stream-record.js';

export interface StreamParts {
  readonly channel: string;
  readonly releases: ReleaseQueue;
  readonly seenBroadcasts: SeenBroadcasts;
  /** Hands a message to the application. */
  readonly show: (message: Message) => void;
  readonly tellGap: (gap: Gap) => void;
  /** Its place survives this run. */
  readonly isDurable: () => boolean;
  /** The record changed. */
  readonly changed: () => void;
  /** Offsets are missing without a word: what follows `position` must be asked for again. */
  readonly holeFound: (missing: readonly OffsetRange[]) => void;
}

/** The start of a subscription: its messages, and the loss before them. */
export interface StreamStart {
  readonly epoch: string;
  readonly position: string;
  readonly messages?: readonly Message[];
  readonly gap?: Gap;
}

/**
 * Turns what came of one channel into what the application gets: each message once, when it is time,
 * or word of what is missing, also where the server says none.
 */
export class MessageStream {
  readonly #parts: StreamParts;
  readonly #cursor = new Cursor();
  readonly #held = new Map<Message, () => void>();
  /** What was asked for again. If it does not come then either, it is told as lost. */
  #sought: readonly OffsetRange[] = [];
  /** Taken since the record was last told to have changed. */
  #broadcasts: string[] = [];
  /** A place that nobody could read; told with the next start. */
  #unreadable: string | null = null;
  #age = 0;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** What to hand back as `since`; null before the first word of the server. */
  get position(): string | null {
    return this.#cursor.position;
  }

  begin({ epoch, position, messages = [], gap }: StreamStart): void {
    this.#cursor.begin(epoch);
    this.#tellUnreadable(epoch, position);
    if (gap !== undefined) this.gap(gap);
    this.#tellStillMissing(messages, gap);
    for (const message of messages) this.#admit(message);
    this.#cursor.standAt(position);
    this.#advanced();
  }

  receive(message: Message): void {
    if (message.position !== undefined && this.#hasHoleBelow(message.offset)) return;
    this.#admit(message);
    this.#advanced();
  }

  skip(skip: Skip): void {
    // One that tells nothing new of the position has overtaken: what is below is still to come.
    const isSafe = skip.position !== this.position;
    if (isSafe && this.#hasHoleBelow(skip.from)) return;
    this.#cursor.skip(skip);
    this.#changed();
  }

  gap(gap: Gap): void {
    this.#cursor.gap(gap);
    this.#parts.tellGap(gap);
    this.#changed();
  }

  /** Forgets the place and what is held, as a reader that is new to the channel. */
  reset(): void {
    this.stop();
    this.#held.clear();
    this.#sought = [];
    this.#unreadable = null;
    this.#cursor.reset();
  }

  /** The place was forgotten, and the application has not heard of it yet. */
  get hasLostPlace(): boolean {
    return this.#unreadable !== null;
  }

  /** Forgets a place that cannot be gone on from; the application hears of it when the next begins. */
  giveUpPlace(): void {
    this.#unreadable = this.#cursor.position ?? '';
    this.#cursor.reset();
    this.#sought = [];
    this.#changed();
  }

  /** Stands somewhere, or has yet to tell that it does not any more. */
  get hasPlace(): boolean {
    return this.position !== null || this.hasLostPlace;
  }

  /** Is kept in the place of a record of that age, whoever left that. */
  outlive(age: number): void {
    this.#age = Math.max(this.#age, age);
    this.#changed();
  }

  /** Shows nothing any more of what is held; the record still has it. */
  stop(): void {
    for (const callOff of this.#held.values()) callOff();
  }

  /** Shows what is still held when it is time, after a `stop`. */
  resume(): void {
    const held = [...this.#held.keys()];
    this.stop();
    this.#held.clear();
    for (const message of held) this.#hold(message, message.releaseAt ?? 0);
  }

  record(): StreamRecord {
    return { cursor: this.#cursor.record(), held: [...this.#held.keys()], age: this.#age };
  }

  restore({ cursor, held, age = 0 }: StreamRecord): void {
    this.reset();
    this.#age = age;
    this.#cursor.restore(cursor);
    for (const message of held) this.#hold(message, message.releaseAt ?? 0);
  }

  #changed(): void {
    this.#age += 1;
    this.#parts.changed();
  }

  #advanced(): void {
    this.#changed();
    const broadcasts = this.#broadcasts;
    if (broadcasts.length === 0) return;
    this.#broadcasts = [];
    if (this.#parts.isDurable()) this.#parts.seenBroadcasts.keep(broadcasts);
  }

  #admit(message: Message): void {
    const isNew = this.#cursor.admit(message);
    if (!isNew) return;
    const { broadcast, releaseAt } = message;
    if (broadcast !== undefined) {
      const line = this.#parts.seenBroadcasts.takes(message);
      if (line === null) return;
      this.#broadcasts.push(line);
    }
    if (releaseAt !== undefined && this.#parts.releases.isEarly(releaseAt)) {
      this.#hold(message, releaseAt);
    } else {
      this.#parts.show(message);
    }
  }

  /** True: what stands at `offset` must wait for what is below it. */
  #hasHoleBelow(offset: number): boolean {
    const missing = this.#cursor.missingBelow(offset);
    const wasSought = this.#sought.length > 0;
    if (missing.length === 0 || wasSought) {
      this.#sought = [];
      this.#tellHole(missing);
      return false;
    }
    this.#sought = missing;
    this.#parts.holeFound(missing);
    return true;
  }

  /** An answer passes over what is not for this session; but what was sought should be in it. */
  #tellStillMissing(messages: readonly Message[], gap: Gap | undefined): void {
    const last = messages.at(-1);
    if (last?.position === undefined) return;
    const sought = this.#sought;
    this.#sought = [];
    const came = messages.map(({ offset }): OffsetRange => [offset, offset]);
    const told = gap === undefined ? [] : (gap.ranges ?? [[0, last.offset] as const]);
    this.#tellHole(sought.flatMap((range) => missingOffsets(range, [...came, ...told])));
  }

  #tellHole(ranges: readonly OffsetRange[]): void {
    if (ranges.length === 0) return;
    const position = this.position ?? '';
    this.gap({
      channel: this.#parts.channel,
      epoch: this.#cursor.epoch ?? '',
      after: position,
      ranges: ranges.map(([from, to]) => [from, to]),
      count: countOf(ranges),
      reason: 'hole',
      refill: true,
      position,
    });
  }

  #tellUnreadable(epoch: string, position: string): void {
    const after = this.#unreadable;
    if (after === null) return;
    this.#unreadable = null;
    const { channel } = this.#parts;
    const unknown = { ranges: null, count: null, refill: false } as const;
    this.gap({ channel, epoch, after, ...unknown, reason: 'unreadable', position });
  }

  #hold(message: Message, releaseAt: number): void {
    const callOff = this.#parts.releases.hold(releaseAt, () => {
      this.#held.delete(message);
      this.#parts.show(message);
      this.#changed();
    });
    this.#held.set(message, callOff);
  }
}
