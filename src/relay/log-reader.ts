import { LIMITS } from '../protocol/limits.js';
import type { Broker, LogPage } from '../broker/broker.port.js';
import type { Position } from '../broker/position.js';
import type { FollowedLog, Step } from './followed-log.js';

/** Reads under way at once: enough to fill a pipeline, few enough to leave room for publishes. */
const CONCURRENT = 64;
/** How many of them may be of channels whose reads are likely to fail, each for as long as a refusal takes. */
const DOUBTFUL = 8;
/** Before a channel is read again that could not be read, in milliseconds; twice as long each time. */
const PAUSE_FIRST_MS = 200;
const PAUSE_MAX_MS = 5_000;

export interface LogReaderTarget {
  isWanted(log: FollowedLog): boolean;
  /** Takes a page; says what must be done before all is known. */
  read(log: FollowedLog, page: LogPage): Pick<Step, 'mustRead' | 'mustFence'>;
  /** What was lost is marked; where the log holds what was handed on. */
  fenced(log: FollowedLog, fork: Position | null): void;
}

/** `later`: the log has nothing now that helps. */
type Outcome = 'done' | 'later' | 'failed';

interface Rest {
  /** Reads that failed in a row. */
  readonly failures: number;
  /** Null: it has been waited for. */
  timer: NodeJS.Timeout | null;
}

interface Look {
  /** How often each of these must still be read. */
  readonly left: Map<FollowedLog, number>;
  readonly done: () => void;
}

/**
 * Reads after the cursor of followed channels, each channel by one read at a time, until all is known.
 * A read that fails is given up and comes again after a pause; channels that failed, and those whose
 * announcements are not heard now, share a few of the places, so that no other one waits for them.
 */
export class LogReader {
  readonly #wanted = new Set<FollowedLog>();
  readonly #doubtful = new Set<FollowedLog>();
  readonly #busy = new Set<FollowedLog>();
  #doubtfulBusy = 0;
  readonly #rests = new Map<FollowedLog, Rest>();
  #looks: Look[] = [];
  readonly #settledOf = new Map<FollowedLog, (() => void)[]>();

  constructor(
    private readonly broker: Pick<Broker, 'read' | 'fence' | 'isReady'>,
    private readonly target: LogReaderTarget,
  ) {}

  /** Something after the channel's cursor may be missing; a pause that it is in goes on. */
  ask(log: FollowedLog): void {
    if (this.#rests.get(log)?.timer) return;
    this.#wanted.add(log);
    this.#start();
  }

  /** As `ask`, and what made its reads fail may be over: a pause ends. */
  askAnew(log: FollowedLog): void {
    const timer = this.#rests.get(log)?.timer;
    if (timer) clearTimeout(timer);
    this.#rests.delete(log);
    this.ask(log);
  }

  /** Asks, and settles when nothing of this channel is left to read. */
  settledOf(log: FollowedLog): Promise<void> {
    this.ask(log);
    return new Promise((resolve) => {
      const waiting = this.#settledOf.get(log);
      if (waiting) waiting.push(resolve);
      else this.#settledOf.set(log, [resolve]);
    });
  }

  /** Settles when each channel that was asked for by now has been read since, or could not be. */
  looked(): Promise<void> {
    const left = new Map<FollowedLog, number>();
    for (const log of [...this.#wanted, ...this.#doubtful]) left.set(log, 1);
    // A read that is under way may have begun before it was asked for once more.
    for (const log of this.#busy) left.set(log, (left.get(log) ?? 0) + 1);
    if (left.size === 0) return Promise.resolve();
    return new Promise((done) => this.#looks.push({ left, done }));
  }

  #start(): void {
    for (const log of this.#wanted) {
      if (this.#busy.size >= CONCURRENT) return;
      if (this.#busy.has(log)) continue;
      this.#wanted.delete(log);
      if (this.#isDoubtful(log)) this.#doubtful.add(log);
      else void this.#run(log);
    }
    for (const log of this.#doubtful) {
      if (this.#busy.size >= CONCURRENT || this.#doubtfulBusy >= DOUBTFUL) return;
      if (!this.#busy.has(log)) void this.#runDoubtful(log);
    }
  }

  #isDoubtful(log: FollowedLog): boolean {
    return (this.#rests.get(log)?.failures ?? 0) > 0 || !this.broker.isReady(log.channel);
  }

  async #runDoubtful(log: FollowedLog): Promise<void> {
    this.#doubtfulBusy += 1;
    await this.#run(log);
    this.#doubtfulBusy -= 1;
    this.#start();
  }

  async #run(log: FollowedLog): Promise<void> {
    this.#doubtful.delete(log);
    this.#busy.add(log);
    const outcome = await this.#readOn(log);
    this.#busy.delete(log);
    if (outcome === 'done') this.#rests.delete(log);
    else this.#rest(log, outcome);
    this.#tell(log, outcome);
    this.#start();
  }

  async #readOn(log: FollowedLog): Promise<Outcome> {
    while (this.target.isWanted(log) && log.cursor !== null) {
      const page = await this.#read(log, log.cursor);
      if (!page) return 'failed';
      const { mustRead, mustFence } = this.target.read(log, page);
      if (!mustRead) return 'done';
      if (mustFence) {
        // The next read finds the same and asks for it again.
        if (!(await this.#fence(log, mustFence))) return 'failed';
      } else if (page.entries.length === 0) {
        // Entries of a later version, or an announcement that is ahead of the log or in none.
        return 'later';
      }
    }
    return 'done';
  }

  #rest(log: FollowedLog, outcome: Outcome): void {
    const failures = outcome === 'failed' ? (this.#rests.get(log)?.failures ?? 0) + 1 : 0;
    // Whoever asked meanwhile gets the read that comes after the pause.
    this.#wanted.delete(log);
    const rest: Rest = { failures, timer: null };
    rest.timer = setTimeout(() => {
      rest.timer = null;
      this.ask(log);
    }, pauseAfter(failures));
    rest.timer.unref();
    this.#rests.set(log, rest);
  }

  #tell(log: FollowedLog, outcome: Outcome): void {
    if (outcome === 'done' && !this.#wanted.has(log)) {
      for (const resolve of this.#settledOf.get(log) ?? []) resolve();
      this.#settledOf.delete(log);
    }
    if (this.#looks.length === 0) return;
    for (const { left } of this.#looks) {
      const reads = left.get(log);
      if (outcome === 'done' && reads === 2) left.set(log, 1);
      else left.delete(log);
    }
    for (const { left, done } of this.#looks) if (left.size === 0) done();
    this.#looks = this.#looks.filter(({ left }) => left.size > 0);
  }

  async #fence(log: FollowedLog, had: readonly Position[]): Promise<boolean> {
    try {
      this.target.fenced(log, await this.broker.fence(log.channel, had));
      return true;
    } catch {
      return false;
    }
  }

  async #read(
    log: FollowedLog,
    after: NonNullable<FollowedLog['cursor']>,
  ): Promise<LogPage | null> {
    try {
      return await this.broker.read(log.channel, {
        from: { after },
        limit: LIMITS.replyMessages,
        maxBytes: LIMITS.replyBytes,
      });
    } catch {
      // The broker is away and clients were told; the hole is filled when it is back.
      return null;
    }
  }
}

/** Jittered, so that the channels of a shard that is away do not come all at once. */
function pauseAfter(failures: number): number {
  const step = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** Math.max(0, Math.min(failures, 6) - 1));
  return step / 2 + Math.random() * (step / 2);
}
