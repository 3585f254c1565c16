import type { ChannelName } from '../protocol/channel-name.js';
import { NO_CHAIN, placeOf, type Position } from '../broker/position.js';
import type { Session } from './session.js';

/** Entries that are known to have been sent before their turn: more wait for it. */
const AHEAD_MAX = 256;

/** What left above the last safe place: a connection holds fewer, so that many can hardly have left it. */
const ABOVE_MAX = 4_096;
/** So many are looked through for those that are above it no more. */
const ABOVE_TIDY = 256;

const NONE_WAITS: readonly number[] = [0, 0, 0, 0];

/**
 * One session's place in one channel.
 *
 * `catching up`: pages are read from the log and live entries pass it by, but for urgent ones. `live`: it gets what the
 * channel gets. `closed`: nothing more is sent, whatever is still under way for it.
 */
export class Subscription {
  phase: 'catching up' | 'live' | 'closed' = 'catching up';

  /** The answer to the subscribe was sent: events of the channel may follow it. */
  hasBegun = false;

  /** Everything up to here was queued, sent or told. */
  reached: Position;

  /** Broadcasts that are in the answer, which was not sent yet. */
  promised: readonly string[] = [];

  /** How many breaks the channel had seen before the log was last read for this subscription. */
  breaks = 0;

  /** The last place at which every lower offset had been sent or told: safe to hand back as `since`. */
  told: Position;

  /** What was sent before its turn, by its chain, which no other history has. Null: nothing ever was. */
  #ahead: Map<string, Position> | null = null;

  /** What left while something below it waited, by its chain; null: nothing did. */
  #above: Map<string, Position> | null = null;
  #tidyAt = ABOVE_TIDY;

  /** Null while nothing ever waited: most connections take all they are sent. */
  #waiting: number[] | null = null;

  constructor(
    readonly session: Session,
    readonly channel: ChannelName,
    start: Position = { epoch: NO_CHAIN, offset: 0, chain: NO_CHAIN },
  ) {
    this.reached = start;
    this.told = start;
  }

  /** Nothing more is sent for it; asked anew after each wait, because it may have ended meanwhile. */
  get hasEnded(): boolean {
    return this.phase === 'closed' || !this.session.isOpen;
  }

  /** How much of this subscription waits in each lane of its session's outbox. */
  get waiting(): readonly number[] {
    return this.#waiting ?? NONE_WAITS;
  }

  /** So much more of it waits in that lane now. */
  countWaiting(lane: number, change: number): void {
    this.#waiting ??= [...NONE_WAITS];
    this.#waiting[lane] = (this.#waiting[lane] ?? 0) + change;
  }

  /** Notes that an entry is sent before what is below it. False: it has to wait for its turn. */
  overtakes(at: Position): boolean {
    this.#ahead ??= new Map();
    if (this.#ahead.size >= AHEAD_MAX) return false;
    this.#ahead.set(at.chain, placeOf(at));
    return true;
  }

  /** Whether none of these was sent before its turn. */
  hasNoneAhead(messages: readonly { readonly place: Position }[]): boolean {
    if (this.#ahead === null || this.#ahead.size === 0) return true;
    return !messages.some(({ place }) => this.wasSentAhead(place));
  }

  wasSentAhead({ chain }: Position): boolean {
    return this.#ahead?.has(chain) ?? false;
  }

  /** Whether an entry whose turn has come was sent before it. Forgets it: it is asked once, or was not sent after all. */
  forgetAhead({ chain }: Position): boolean {
    return this.#ahead?.delete(chain) ?? false;
  }

  /** The answer was sent. */
  begin(): void {
    this.hasBegun = true;
    this.promised = [];
  }

  /** Goes on at another place; what was sent before its turn and lies before that has none any more. */
  startAt(position: Position): void {
    this.reached = position;
    this.told = position;
    this.#above = null;
    for (const [chain, { epoch, offset }] of this.#ahead ?? []) {
      if (epoch !== position.epoch || offset <= position.offset) this.#ahead?.delete(chain);
    }
  }

  /**
   * What waited was let go, and is read again from the last safe place. What had left from above it is
   * not sent again: it counts as sent ahead.
   */
  goBack(): void {
    this.reached = this.told;
    for (const [chain, place] of this.#above ?? []) {
      if (place.offset > this.told.offset) (this.#ahead ??= new Map()).set(chain, place);
    }
    this.#above = null;
  }

  /**
   * Something left for the client, or was told to it as missing, and every lower offset had gone
   * before.
   */
  passed(at: Position): void {
    if (at.offset > this.told.offset || at.epoch !== this.told.epoch) this.told = at;
  }

  /** A message left for the client while something below it waits. */
  leftAbove(place: Position): void {
    this.#above ??= new Map();
    this.#above.set(place.chain, place);
    if (this.#above.size < this.#tidyAt) return;
    for (const [known, { offset }] of this.#above) {
      if (offset <= this.told.offset) this.#above.delete(known);
    }
    this.#tidyAt = Math.max(ABOVE_TIDY, 2 * this.#above.size);
    if (this.#above.size < ABOVE_MAX) return;
    for (const known of this.#above.keys()) {
      this.#above.delete(known);
      break;
    }
  }

  /** True when something of this channel waits in another lane than this one. */
  waitsOutside(lane: number): boolean {
    return this.waiting.some((count, other) => other !== lane && count > 0);
  }
}
