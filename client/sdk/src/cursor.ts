import type { Gap, Skip } from './gap.js';
import type { Message } from './message.js';

/** A server holds no more than its outbox for one connection: this many can hardly overtake. */
const OVERTAKERS_MAX = 4_096;
/** Losses that are told before what is below them has come: there can be few. */
const LOST_MAX = 256;

/** A cursor as a store keeps it. */
export interface CursorRecord {
  readonly epoch: string | null;
  readonly position: string | null;
  readonly through: number | null;
  /** Offset and id of what overtook. */
  readonly overtakers: readonly (readonly [number, string])[];
  /** Inclusive ranges that were told as lost. */
  readonly lost: readonly (readonly [number, number])[];
}

/**
 * Where one reader stands in one channel, and whether it has seen a message before.
 *
 * Positions are opaque: only the server can compare them, so they are kept and handed back as they
 * came. Offsets say what is a repeat. A message with a position closes everything below it; one
 * without has overtaken, and a resume will bring it again.
 */
export class Cursor {
  #epoch: string | null = null;
  #position: string | null = null;
  /** Everything up to here was delivered or told; null while that is not known. */
  #through: number | null = null;
  readonly #overtakers = new Map<number, string>();
  /** Told as lost, so a resume from below must not bring it after what followed. */
  #lost: (readonly [number, number])[] = [];

  /** What to hand back as `since`; null before the first word of the server. */
  get position(): string | null {
    return this.#position;
  }

  /** The server numbers this channel in `epoch`: another one than before starts anew. */
  begin(epoch: string): void {
    if (this.#epoch !== null && this.#epoch !== epoch) {
      this.#through = null;
      this.#overtakers.clear();
      this.#lost = [];
    }
    this.#epoch = epoch;
  }

  /** Takes note of a message. False for one that the application has had already. */
  admit({ offset, position, id }: Message): boolean {
    const isBelow = this.#through !== null && offset <= this.#through;
    const isLost = this.#lost.some(([from, to]) => from <= offset && offset <= to);
    // Another id in the same place is another message: history was rewound below an overtaker.
    const isNew = !isBelow && !isLost && this.#overtakers.get(offset) !== id;
    if (position === undefined) {
      if (isNew) this.#overtook(offset, id);
    } else if (!isBelow) {
      this.standAt(position);
      this.#close(offset);
    }
    return isNew;
  }

  /** Offsets that are not for this session. */
  skip({ to, position }: Skip): void {
    this.standAt(position);
    if (this.#through === null || to > this.#through) this.#close(to);
  }

  /** Loss: what follows comes after `gap.position`. */
  gap({ epoch, reason, position, ranges }: Gap): void {
    this.begin(epoch);
    this.standAt(position);
    // After a rewind, offsets that were seen may come again with other messages.
    if (reason === 'rewound') {
      this.#through = null;
      this.#lost = [];
    } else if (reason !== 'epoch') {
      this.#lost = [...this.#lost, ...(ranges ?? [])].slice(-LOST_MAX);
    }
  }

  standAt(position: string): void {
    this.#position = position;
  }

  /** Forgets everything, as a reader that is new to the channel. */
  reset(): void {
    this.#epoch = null;
    this.#position = null;
    this.#through = null;
    this.#overtakers.clear();
    this.#lost = [];
  }

  record(): CursorRecord {
    const overtakers = [...this.#overtakers];
    const [epoch, position, through] = [this.#epoch, this.#position, this.#through];
    return { epoch, position, through, overtakers, lost: this.#lost };
  }

  restore({ epoch, position, through, overtakers, lost }: CursorRecord): void {
    this.reset();
    this.#epoch = epoch;
    this.#position = position;
    this.#through = through;
    this.#lost = [...lost];
    for (const [offset, id] of overtakers) this.#overtook(offset, id);
  }

  #overtook(offset: number, id: string): void {
    this.#overtakers.set(offset, id);
    if (this.#overtakers.size <= OVERTAKERS_MAX) return;
    const [oldest] = this.#overtakers.keys();
    if (oldest !== undefined) this.#overtakers.delete(oldest);
  }

  #close(offset: number): void {
    this.#through = offset;
    if (this.#lost.length > 0) this.#lost = this.#lost.filter(([, to]) => to > offset);
    for (const overtaker of this.#overtakers.keys()) {
      if (overtaker <= offset) this.#overtakers.delete(overtaker);
    }
  }
}
