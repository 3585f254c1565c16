import type { Gap, Skip } from './gap.js';
import type { Message } from './message.js';
import { missingOffsets, type OffsetRange } from './missing-offsets.js';

/** A server holds no more than its outbox for one connection: this many can hardly overtake. */
const OVERTAKERS_MAX = 4_096;
/** Ranges that are told before what is below them has come: there can be few. */
const TOLD_MAX = 1_024;
/** After a rewind the server begins again further down: so many it brings in vain. */
const RECENT_MAX = 512;
/** Written anew with each message, so fewer: some 5 KiB. */
const RECENT_KEPT_MAX = 128;

/** A cursor as a store keeps it. */
export interface CursorRecord {
  readonly epoch: string | null;
  readonly position: string | null;
  readonly through: number | null;
  /** The position stands at `through`; absent in what an older version wrote. */
  readonly isExact?: boolean;
  /** Offset and id of what overtook. */
  readonly overtakers: readonly (readonly [number, string])[];
  /** Inclusive ranges that were told, as lost or as not for this session. */
  readonly lost: readonly OffsetRange[];
  /** Offset and id of the last that were closed; absent in what an older version wrote. */
  readonly recent?: readonly (readonly [number, string])[];
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
  /** Nothing lies between `through` and the position: what comes next can be held to it. */
  #isExact = false;
  readonly #overtakers = new Map<number, string>();
  /** Of what was closed, and of what overtook before a rewind, offset and id: what a rewound history still has is a repeat. */
  readonly #recent = new Map<number, string>();
  /** Told as lost or skipped, so a resume from below must not bring it after what followed. */
  #told: readonly OffsetRange[] = [];

  /** What to hand back as `since`; null before the first word of the server. */
  get position(): string | null {
    return this.#position;
  }

  get epoch(): string | null {
    return this.#epoch;
  }

  /** The server numbers this channel in `epoch`: another one than before starts anew. */
  begin(epoch: string): void {
    if (this.#epoch !== null && this.#epoch !== epoch) this.#beginAnew();
    this.#epoch = epoch;
  }

  /**
   * What lies below an offset that is said to be safe and neither came nor was told. Empty where
   * all of it did, and where that cannot be known.
   */
  missingBelow(offset: number): OffsetRange[] {
    if (!this.#isExact || this.#through === null || offset <= this.#through + 1) return [];
    const overtaken = [...this.#overtakers.keys()].map((one): OffsetRange => [one, one]);
    return missingOffsets([this.#through + 1, offset - 1], [...this.#told, ...overtaken]);
  }

  /** Takes note of a message. False for one that the application has had already. */
  admit({ offset, position, id }: Message): boolean {
    const isBelow = this.#isBelow(offset);
    const isTold = this.#told.some(([from, to]) => from <= offset && offset <= to);
    // Another id in the same place is another message: history was rewound below an overtaker.
    const isRepeat = this.#overtakers.get(offset) === id || this.#recent.get(offset) === id;
    const isNew = !isBelow && !isTold && !isRepeat;
    if (position === undefined) {
      if (!isBelow && !isTold) this.#overtook(offset, id);
    } else if (!isBelow) {
      this.#close(offset, position);
      remember(this.#recent, offset, id, RECENT_MAX);
    }
    return isNew;
  }

  /** Offsets that are not for this session. */
  skip({ from, to, position }: Skip): void {
    if (this.#isBelow(to)) return;
    // The position of before: lower offsets are still to come, so nothing below is closed.
    if (position === this.#position) this.#tell([[from, to]]);
    else this.#close(to, position);
  }

  /** Loss: what follows comes after `gap.position`. */
  gap({ epoch, reason, position, ranges }: Gap): void {
    this.begin(epoch);
    // Also under the name of before: a channel that is forgotten within its month is born with it again.
    if (reason === 'epoch') this.#beginAnew();
    // After a rewind, offsets that were seen may come again with other messages; not those above a mark.
    if (reason === 'rewound') {
      const lostTo = Math.max(...(ranges ?? [[0, Number.POSITIVE_INFINITY]]).map(([, to]) => to));
      const stillTold = this.#told.filter(([from]) => from > lostTo);
      this.#passAnywhere();
      this.#told = stillTold;
      // What overtook may be lost: it is known if it comes again, and it fills no hole.
      for (const [offset, id] of this.#overtakers) this.#recent.set(offset, id);
      this.#overtakers.clear();
    }
    if (reason !== 'epoch' && reason !== 'rewound') this.#tell(ranges ?? []);
    this.standAt(position);
  }

  /** The server names a place, without its offset: nobody can tell what lies right above it. */
  standAt(position: string): void {
    if (position === this.#position) return;
    this.#position = position;
    this.#isExact = false;
  }

  /** Forgets everything, as a reader that is new to the channel. */
  reset(): void {
    this.#epoch = null;
    this.#position = null;
    this.#beginAnew();
  }

  record(): CursorRecord {
    const overtakers = [...this.#overtakers];
    const recent = [...this.#recent].slice(-RECENT_KEPT_MAX);
    const [epoch, position, through] = [this.#epoch, this.#position, this.#through];
    return {
      epoch,
      position,
      through,
      isExact: this.#isExact,
      overtakers,
      lost: this.#told,
      recent,
    };
  }

  restore({
    epoch,
    position,
    through,
    isExact,
    overtakers,
    lost,
    recent = [],
  }: CursorRecord): void {
    this.reset();
    this.#epoch = epoch;
    this.#position = position;
    this.#through = through;
    this.#isExact = isExact === true;
    this.#told = [...lost];
    for (const [offset, id] of overtakers) this.#overtook(offset, id);
    for (const [offset, id] of recent) remember(this.#recent, offset, id, RECENT_MAX);
  }

  #isBelow(offset: number): boolean {
    return this.#through !== null && offset <= this.#through;
  }

  #tell(ranges: readonly OffsetRange[]): void {
    const told = [...this.#told, ...ranges];
    if (told.length > TOLD_MAX) this.#isExact = false;
    this.#told = told.slice(-TOLD_MAX);
  }

  #overtook(offset: number, id: string): void {
    if (!remember(this.#overtakers, offset, id, OVERTAKERS_MAX)) this.#isExact = false;
  }

  #close(offset: number, position: string): void {
    this.#through = offset;
    this.#position = position;
    this.#isExact = true;
    if (this.#told.length > 0) this.#told = this.#told.filter(([, to]) => to > offset);
    for (const [overtaker, id] of this.#overtakers) {
      if (overtaker > offset) continue;
      this.#overtakers.delete(overtaker);
      remember(this.#recent, overtaker, id, RECENT_MAX);
    }
  }

  #beginAnew(): void {
    this.#passAnywhere();
    this.#overtakers.clear();
    this.#recent.clear();
  }

  #passAnywhere(): void {
    this.#through = null;
    this.#isExact = false;
    this.#told = [];
  }
}

/** False: the oldest had to make room. */
function remember(ids: Map<number, string>, offset: number, id: string, max: number): boolean {
  ids.set(offset, id);
  if (ids.size <= max) return true;
  const [oldest] = ids.keys();
  if (oldest !== undefined) ids.delete(oldest);
  return false;
}
