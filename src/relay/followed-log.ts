import type { ChannelName } from '../protocol/channel-name.js';
import type { GapReason } from '../protocol/gap.js';
import type { LogPage } from '../broker/broker.port.js';
import type { LogEntry } from '../broker/log-entry.js';
import { placeOf, type Position } from '../broker/position.js';
import type { FeedItem } from '../delivery/channel-feed.port.js';
import { Trail } from './trail.js';

/** Announced entries that wait for a hole to be filled; beyond, they are read from the log instead. */
const WAITING_MAX = 1024;

/**
 * The order of one channel's entries as this instance hands them on. Pure: it is told what was
 * announced and what was read, and says what may go out and whether the log must be asked.
 *
 * The announcement is a hint. Offset n+1 goes out after n of the same history, proven by the chain;
 * whatever does not fit is answered with a read after the cursor.
 */
export class FollowedLog {
  readonly #trail = new Trail();
  #cursor: Position | null = null;
  #waiting: LogEntry[] = [];
  #hasOverflowed = false;
  #emptyReads = 0;

  constructor(readonly channel: ChannelName) {}

  /** The last entry that was handed on; null until the log was read for the first time. */
  get cursor(): Position | null {
    return this.#cursor;
  }

  /** Where handing on begins. What was announced meanwhile is looked at again. */
  startAt(cursor: Position): Step {
    this.#cursor = cursor;
    this.#trail.cutAt(cursor);
    return this.#settle();
  }

  announced(entry: LogEntry): Step {
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(entry);
    else this.#hasOverflowed = true;
    return this.#cursor === null ? NOTHING : this.#settle();
  }

  /** A page that was read after `cursor`. */
  read(page: LogPage): Step {
    if (this.#cursor === null) return NOTHING;
    if (page.continuity === 'rewound') {
      // The log lost its tail under us: marked first, so that everybody is told, then read again.
      return { items: [], mustRead: true, mustFence: this.#trail.newestFirst() };
    }
    const items: FeedItem[] = [];
    if (page.continuity !== 'continued') items.push(this.#break(page.continuity, page.resumeAt));
    let isDoubtful = false;
    for (const entry of page.entries) {
      const { epoch, offset, chain } = this.#cursor;
      if (entry.epoch === epoch && entry.offset <= offset) {
        // The cursor went on while this page was on its way, perhaps in a history that is no more.
        isDoubtful ||= entry.offset === offset && entry.chain !== chain;
        continue;
      }
      if (isDoubtful) break;
      items.push(this.#hand(entry, true));
    }
    this.#trust(page);
    const after = this.#settle();
    const mustRead = page.more || isDoubtful || after.mustRead;
    return { items: [...items, ...after.items], mustRead };
  }

  /**
   * The tail that was lost is marked, and the log holds what was handed on up to this place; null when
   * the next read will tell of another life.
   */
  fenced(fork: Position | null): Step {
    const cursor = this.#cursor;
    if (cursor === null || fork === null) return NOTHING;
    const isSame = fork.offset === cursor.offset && fork.chain === cursor.chain;
    return { items: isSame ? [] : [this.#break('rewound', fork)], mustRead: true };
  }

  #break(reason: GapReason, to: Position): FeedItem {
    this.#cursor = to;
    this.#trail.cutAt(to);
    // They were announced in a history that may not be this one.
    this.#waiting = this.#waiting.filter(({ epoch }) => epoch === to.epoch);
    return { kind: 'break', channel: this.channel, reason, to };
  }

  #hand(entry: LogEntry, isFill: boolean): FeedItem {
    this.#cursor = placeOf(entry);
    this.#trail.add(entry);
    return { kind: 'entry', channel: this.channel, entry, isFill };
  }

  /**
   * What was announced but is in no log was never kept: the log is the truth. One empty read may have
   * been overtaken by the announcement, the second one was asked after it.
   */
  #trust(page: LogPage): void {
    const isEmpty = page.entries.length === 0 && page.continuity === 'continued';
    this.#emptyReads = isEmpty ? this.#emptyReads + 1 : 0;
    if (this.#emptyReads < 2) return;
    this.#emptyReads = 0;
    this.#waiting = [];
  }

  #settle(): Step {
    const items: FeedItem[] = [];
    let left = 0;
    for (const entry of this.#waiting) {
      left += 1;
      const fit = this.#fit(entry);
      if (fit === 'old') continue;
      if (fit === 'hole') {
        this.#waiting = this.#waiting.slice(left - 1);
        return { items, mustRead: true };
      }
      items.push(this.#hand(entry, false));
    }
    this.#waiting = [];
    const mustRead = this.#hasOverflowed;
    this.#hasOverflowed = false;
    return { items, mustRead };
  }

  #fit(entry: LogEntry): 'next' | 'old' | 'hole' {
    const cursor = this.#cursor;
    if (cursor === null) return 'hole';
    if (cursor.offset === 0) {
      // The first entry of a life: nothing came before it that its own genesis could have missed.
      return entry.offset === 1 && entry.epoch === cursor.epoch ? 'next' : 'hole';
    }
    if (entry.epoch !== cursor.epoch) return 'hole';
    if (entry.offset === cursor.offset + 1) return entry.prev === cursor.chain ? 'next' : 'hole';
    // The same place with another digest: history was rewound under us.
    if (entry.offset === cursor.offset) return entry.chain === cursor.chain ? 'old' : 'hole';
    return entry.offset < cursor.offset && this.#isOfOurs(entry) ? 'old' : 'hole';
  }

  /** False: it stands where we handed on another, or numbers begin again, so the log forgot. */
  #isOfOurs({ offset, chain }: LogEntry): boolean {
    const known = this.#trail.chainAt(offset);
    return known === null ? offset > 1 : known === chain;
  }
}

/** What follows from what was learned: entries that may go out, and whether to read after the cursor. */
export interface Step {
  readonly items: readonly FeedItem[];
  readonly mustRead: boolean;
  /** Places that were handed on, newest first, of which the log lost some: to be fenced before the next read. */
  readonly mustFence?: readonly Position[];
}

const NOTHING: Step = { items: [], mustRead: false };
