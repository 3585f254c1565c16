import { SHORT_SLICE_MS, Slice, SLICE_MS } from '../kernel/slice.js';
import type { JoinedFrames } from './joined-frames.js';
import type { Session } from './session.js';

/** Of the window: what comes a little early, as messages that waited elsewhere for it, is not held again. */
const ENOUGH = 0.75;

/** What is urgent may take so long of a turn, in milliseconds: each turn between two slices of it costs it as much again. */
const URGENT_MS = 8;

/** As much more to write takes as long as one connection more, in bytes. */
const STEP_BYTES = 8_192;

/** So many slices in a row may end with something urgent left; the next one begins with the others. */
const PASSED_OVER_MAX = 7;

export interface FlushRules {
  /** A connection that was written to this recently waits for the next end of such a time; 0: none does. */
  readonly windowMs: number;
  readonly joined: JoinedFrames;
  /** Milliseconds on the monotonic clock. */
  now(): number;
  /** Something urgent will come at any moment. */
  isUrgentNear(): boolean;
  /** Runs a slice in the next turn of the event loop. */
  next(slice: () => void): void;
}

/**
 * When connections are written to.
 *
 * An idle connection gets its share at once. One that was written to a moment ago waits for the end of a
 * window that all such share and the first of them has begun, so that a hot stream is joined: for one
 * window at most. `critical` does not wait. However many are owed something,
 * they are written to in slices, those with something urgent first: what comes in meanwhile is heard,
 * and joins what still waits. Where what is urgent fills slice after slice, every eighth is for the others.
 */
export class FlushSchedule {
  #urgent: Session[] = [];
  #due: Session[] = [];
  #later: Session[] = [];
  #window: NodeJS.Timeout | null = null;
  #isContinued = false;
  /** What urgent writes took since the last slice that was to come; that one is once in each turn. */
  #spentMs = 0;
  /** How many slices in a row had no time for what is due. */
  #passedOver = 0;

  constructor(private readonly rules: FlushRules) {}

  get hasUrgent(): boolean {
    return this.#urgent.length > 0;
  }

  /** Something waits in the session's outbox. */
  owe(session: Session, isUrgent: boolean): void {
    if (isUrgent) {
      if (session.owed === 'urgent') return;
      // It may stand in another list as well: there it is passed over.
      session.owed = 'urgent';
      this.#urgent.push(session);
    } else if (session.owed === null) {
      const { windowMs } = this.rules;
      const isIdle = windowMs === 0 || this.rules.now() - session.writtenAt >= windowMs * ENOUGH;
      session.owed = isIdle ? 'due' : 'later';
      (isIdle ? this.#due : this.#later).push(session);
    }
  }

  /** All of a batch is queued: writes what is due, as far as a slice goes. */
  run(): void {
    if (this.#later.length > 0 && this.#window === null) {
      this.#window = setTimeout(() => this.#windowEnds(), this.rules.windowMs);
    }
    // A slice that is to come has its own time; only what is urgent goes before it.
    if (!this.#isContinued || this.#urgent.length > 0) this.#write();
  }

  #windowEnds(): void {
    this.#window = null;
    for (const session of this.#later) {
      if (session.owed !== 'later') continue;
      session.owed = 'due';
      this.#due.push(session);
    }
    this.#later = [];
    this.run();
  }

  #write(): void {
    // All batches of a turn share the time of one.
    const leftMs = URGENT_MS - this.#spentMs;
    if (leftMs > 0) this.#writeWithin(leftMs);
    else this.#passOver();
    const isAllWritten = this.#urgent.length === 0 && this.#due.length === 0;
    if (!isAllWritten || this.#spentMs > 0) this.#continue();
    if (isAllWritten) this.rules.joined.release();
  }

  #writeWithin(leftMs: number): void {
    const hadUrgent = this.#urgent.length > 0;
    const slice = new Slice(() => this.rules.now(), leftMs);
    const isFloor = this.#passedOver >= PASSED_OVER_MAX;
    // Out of the same time: a floor, and not a crumb.
    const isUrgentDone = (!isFloor || this.#writeDue(slice)) && this.#writeUrgent(slice);
    const tookMs = hadUrgent ? slice.ended() : 0;
    this.#spentMs += tookMs;
    if (isFloor) return;
    if (!isUrgentDone) this.#passOver();
    else if (!this.#isContinued) {
      const usual = this.rules.isUrgentNear() ? SHORT_SLICE_MS : SLICE_MS;
      const share = Math.max(usual, tookMs / PASSED_OVER_MAX);
      this.#writeDue(new Slice(() => this.rules.now(), share));
    }
  }

  #passOver(): void {
    if (this.#due.length > 0) this.#passedOver += 1;
  }

  /** False: the slice was over before all of them were written to. */
  #writeUrgent(slice: Slice): boolean {
    const urgent = this.#urgent;
    this.#urgent = [];
    const left = this.#flushSome(urgent, 'urgent', slice);
    if (left === urgent.length) return true;
    // What became urgent in the meantime stands behind them.
    this.#urgent = [...urgent.slice(left), ...this.#urgent];
    return false;
  }

  /** As `writeUrgent`, of the others. */
  #writeDue(slice: Slice): boolean {
    this.#passedOver = 0;
    const due = this.#due;
    this.#due = [];
    const left = this.#flushSome(due, 'due', slice);
    if (left === due.length) return true;
    this.#due = [...due.slice(left), ...this.#due];
    return false;
  }

  #continue(): void {
    if (this.#isContinued) return;
    this.#isContinued = true;
    this.rules.next(() => {
      this.#isContinued = false;
      if (this.#urgent.length > 0 || this.#due.length > 0) this.#write();
      this.#spentMs = 0;
    });
  }

  /** Returns how far it came before the slice was over. */
  #flushSome(sessions: readonly Session[], as: 'urgent' | 'due', slice: Slice): number {
    for (const [index, session] of sessions.entries()) {
      if (session.owed !== as) continue;
      session.owed = null;
      session.writtenAt = slice.lookedAt;
      const { bytes } = session.outbox;
      session.outbox.flush();
      if (slice.isOver(1 + Math.trunc(bytes / STEP_BYTES))) return index + 1;
    }
    return sessions.length;
  }
}
