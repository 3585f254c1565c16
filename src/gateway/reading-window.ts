import type { StreamHandle } from './stream-binding.js';

/** However long the window for what is sent is: what comes in may be urgent. In milliseconds. */
const WINDOW_MAX_MS = 10;

/** So many reads in a window: below, too few of them would be saved to make what is sent wait. */
const WORTH = 1.25;

/** How a stream sends is judged over so many windows. */
const PERIOD = 32;

/** An instance stays busy while it has this share of the reads that made it so. */
const STILL_BUSY = 0.75;

/** Who sends less than this share of what it sent before waits for its answers, and is slowed: by less it may be. */
const SLOWED = 0.75;

/** Who was slowed is left alone for so many periods, and for twice as many each time, up to the last. */
const ALONE_FIRST = 4;
const ALONE_MAX = 256;

/** After so many periods it is seen anew how a stream sends by itself: it may wait for its answers by now. */
const JOINED_MAX = 64;

type Handle = Pick<StreamHandle, 'reading' | 'readStop' | 'readStart'>;

export interface WindowRules {
  /** A stream that sends without pause is read once in so many milliseconds, or ten, and up to half as many more; 0: none is. */
  readonly windowMs: number;
  /** Nothing is read in windows while all streams together would have fewer reads in a millisecond. */
  readonly busyPerMs: number;
  /** Milliseconds on the monotonic clock. */
  now(): number;
  /** Runs a task after so many milliseconds. */
  after(ms: number, task: () => void): void;
}

/** How one stream sends. Whole numbers, which take no memory of their own. */
export interface SendingPace {
  /** When its period began, in milliseconds on the monotonic clock. */
  since: number;
  /** In this period. */
  reads: number;
  bytes: number;
  /** Bytes in a second as it sent them by itself; 0: it is read as it sends, and not once in a window. */
  freely: number;
  /** Bytes of one read, by itself. */
  each: number;
  /** What it sends next comes about so many milliseconds later than what came last. */
  nextMs: number;
  /** So many periods more it is read as it is now. */
  left: number;
  /** So many it is left alone when it is slowed again. */
  nextAlone: number;
}

/**
 * Who sends without pause is read once in a window, and all of them in the same turn: each read is a
 * wake-up of the process, and what comes together shares a call to the store and the write of its
 * acknowledgements. Only where there is much to share: an instance that has time would be late for
 * nothing. And only who sends on all the same: a client that waits for its answers would send less by it, so
 * what it sends is compared with what it sent by itself.
 */
export class ReadingWindow {
  readonly #windowMs: number;
  #waiting: Handle[] = [];
  /** Reads of all streams in this period, as many as they would be without windows. */
  #reads = 0;
  #since: number;
  #isBusy = false;

  constructor(private readonly rules: WindowRules) {
    this.#windowMs = Math.min(rules.windowMs, WINDOW_MAX_MS);
    this.#since = rules.now();
  }

  /** Of a stream that was not read yet. */
  newPace(): SendingPace {
    const since = Math.trunc(this.rules.now());
    const never = { freely: 0, each: 0, nextMs: 0, left: 0, nextAlone: ALONE_FIRST };
    return { since, reads: 0, bytes: 0, ...never };
  }

  /**
   * A read brought so many bytes. Where it pays, and these were all there were, nothing more is read of
   * the stream until the window ends.
   */
  wasRead(handle: Handle, pace: SendingPace, bytes: number, wereAll: boolean): void {
    if (this.#windowMs === 0) return;
    // One that was full is followed by another at once: of both, one wake-up could be saved.
    if (wereAll) pace.reads += 1;
    pace.bytes += bytes;
    const now = Math.trunc(this.rules.now());
    this.#count(pace.freely > 0 ? bytes / pace.each : 1, now);
    if (now - pace.since >= this.#windowMs * PERIOD) {
      judge(pace, now, this.#windowMs, this.#isBusy);
    }
    if (wereAll && pace.freely > 0) this.#wait(handle, pace.nextMs);
  }

  #count(reads: number, now: number): void {
    this.#reads += reads;
    const tookMs = now - this.#since;
    if (tookMs < this.#windowMs * PERIOD) return;
    const { busyPerMs } = this.rules;
    this.#isBusy = this.#reads / tookMs >= busyPerMs * (this.#isBusy ? STILL_BUSY : 1);
    this.#reads = 0;
    this.#since = now;
  }

  #wait(handle: Handle, nextMs: number): void {
    handle.readStop();
    this.#waiting.push(handle);
    if (this.#waiting.length > 1) return;
    // Until something comes nothing waits: the window begins with that.
    this.rules.after(this.#windowMs + nextMs, () => this.#end());
  }

  #end(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    // A stream that was told to wait starts again by itself; of one that has closed it does nothing.
    for (const handle of waiting) if (handle.reading === true) handle.readStart();
  }
}

/** Ends a period, and decides about the next one. */
function judge(pace: SendingPace, now: number, windowMs: number, isBusy: boolean): void {
  const tookMs = now - pace.since;
  const perSecond = Math.round((pace.bytes / tookMs) * 1_000);
  if (pace.freely > 0 && !isBusy) pace.freely = pace.left = 0;
  else if (pace.freely > 0) judgeJoined(pace, perSecond);
  else if (pace.left > 0) pace.left -= 1;
  else if (isBusy && (pace.reads / tookMs) * windowMs >= WORTH) {
    pace.freely = perSecond;
    pace.each = Math.max(1, Math.round(pace.bytes / pace.reads));
    // Half of what lies between two, and at least one: a little early it would be held in the wake of the call before.
    pace.nextMs = Math.ceil(tookMs / pace.reads / 2);
    pace.left = JOINED_MAX;
  }
  pace.since = now;
  pace.reads = 0;
  pace.bytes = 0;
}

function judgeJoined(pace: SendingPace, perSecond: number): void {
  if (perSecond < pace.freely * SLOWED) {
    pace.freely = 0;
    pace.left = pace.nextAlone;
    pace.nextAlone = Math.min(pace.nextAlone * 2, ALONE_MAX);
    return;
  }
  pace.nextAlone = ALONE_FIRST;
  pace.left -= 1;
  if (pace.left === 0) pace.freely = 0;
}
