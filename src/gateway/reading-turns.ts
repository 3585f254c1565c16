import type { StreamHandle } from './stream-binding.js';

/** Reading of those that wait may take so long of one turn of the event loop, in milliseconds. */
const TURN_MS = 1;

/** A shorter read holds nothing up: what is only handed on, as a large message is until it is whole, is not worth a turn of its own. */
const CHEAP_MS = 0.1;

/** How much the newest read counts in what one takes. */
const WEIGHT = 0.1;

/** What a read takes before any was seen, in milliseconds. */
const FIRST_GUESS_MS = 0.5;

/** So many turns in a row may go to what is urgent; the next one is read in. */
const PASSED_OVER_MAX = 7;

/** Who has waited for so many milliseconds is passed over no more. */
const PASSED_OVER_MS = 20;

type Handle = Pick<StreamHandle, 'reading' | 'readStop' | 'readStart'>;

interface Waiting {
  readonly handle: Handle;
  /** Milliseconds on the monotonic clock. */
  readonly since: number;
}

export interface ReadingRules {
  /** Something waited so many milliseconds for its turn. */
  waited(ms: number): void;
  /** Something urgent is on its way: what else there is to read has time. */
  isUrgent(): boolean;
  /** Milliseconds on the monotonic clock. */
  now(): number;
  /** Runs a task in the next turn of the event loop. */
  next(task: () => void): void;
}

/**
 * Streams that have more than one read brings are read in turns, some in each turn of the event loop:
 * however much lies in the kernel a turn stays short, and who sends little is heard in each. While
 * something urgent is on its way they wait, though never for long. Their waiting counts as lateness of
 * the loop, as it would be if all of them were read at once.
 */
export class ReadingTurns {
  readonly #waiting: Waiting[] = [];
  #readMs = FIRST_GUESS_MS;
  #isAwaited = false;
  #passedOver = 0;

  constructor(private readonly rules: ReadingRules) {}

  /**
   * A read of this one brought all that it could, and took so many milliseconds: nothing more of it is
   * read until its turn comes, unless that was next to nothing.
   */
  hasMore(handle: Handle, readMs: number): void {
    if (readMs < CHEAP_MS) return;
    this.#readMs += WEIGHT * (readMs - this.#readMs);
    handle.readStop();
    this.#waiting.push({ handle, since: this.rules.now() });
    this.#await();
  }

  #await(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    this.rules.next(() => this.#turn());
  }

  #turn(): void {
    this.#isAwaited = false;
    this.#passedOver = this.#mayPassOver() ? this.#passedOver + 1 : 0;
    if (this.#passedOver === 0 || this.#passedOver > PASSED_OVER_MAX) this.#readSome();
    if (this.#waiting.length > 0) this.#await();
  }

  #mayPassOver(): boolean {
    const [first] = this.#waiting;
    const waitedMs = first ? this.rules.now() - first.since : 0;
    return waitedMs < PASSED_OVER_MS && this.rules.isUrgent();
  }

  #readSome(): void {
    this.#passedOver = 0;
    const count = Math.max(1, Math.floor(TURN_MS / this.#readMs));
    for (const { handle, since } of this.#waiting.splice(0, count)) {
      this.rules.waited(this.rules.now() - since);
      // A stream that was told to wait starts again by itself; of one that has closed it does nothing.
      if (handle.reading === true) handle.readStart();
    }
  }
}
