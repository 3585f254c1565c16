import { setTimeout as delay } from 'node:timers/promises';
import { LIMITS } from '../protocol/limits.js';
import type { Broker, LogPage } from '../broker/broker.port.js';
import type { Position } from '../broker/position.js';
import type { FollowedLog, Step } from './followed-log.js';

/** Reads under way at once: enough to fill a pipeline, few enough to leave room for publishes. */
const CONCURRENT = 64;
/** Between two tries while the broker does not answer, in milliseconds. */
const RETRY_MS = 200;

export interface LogReaderTarget {
  isWanted(log: FollowedLog): boolean;
  /** Takes a page; says what must be done before all is known. */
  read(log: FollowedLog, page: LogPage): Pick<Step, 'mustRead' | 'mustFence'>;
  /** What was lost is marked; where the log holds what was handed on. */
  fenced(log: FollowedLog, fork: Position | null): void;
}

/** Reads after the cursor of followed channels, each channel by one read at a time, until all is known. */
export class LogReader {
  readonly #wanted = new Set<FollowedLog>();
  readonly #busy = new Set<FollowedLog>();
  #settled: (() => void)[] = [];
  readonly #settledOf = new Map<FollowedLog, (() => void)[]>();

  constructor(
    private readonly broker: Broker,
    private readonly target: LogReaderTarget,
  ) {}

  /** Something after the channel's cursor may be missing. */
  ask(log: FollowedLog): void {
    this.#wanted.add(log);
    this.#start();
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

  /** Settles when nothing is left to read. */
  settled(): Promise<void> {
    if (this.#wanted.size === 0 && this.#busy.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  #start(): void {
    for (const log of this.#wanted) {
      if (this.#busy.size >= CONCURRENT) return;
      if (this.#busy.has(log)) continue;
      this.#wanted.delete(log);
      this.#busy.add(log);
      void this.#run(log);
    }
  }

  async #run(log: FollowedLog): Promise<void> {
    let isMore = true;
    while (isMore && this.target.isWanted(log) && log.cursor !== null) {
      const page = await this.#read(log, log.cursor);
      if (!page) continue;
      const { mustRead, mustFence } = this.target.read(log, page);
      if (mustFence) await this.#fence(log, mustFence);
      // Entries of a later version, which bring nothing further: not asked for again at once.
      else if (mustRead && page.entries.length === 0) await pause();
      isMore = mustRead;
    }
    this.#busy.delete(log);
    if (!this.#wanted.has(log)) {
      for (const resolve of this.#settledOf.get(log) ?? []) resolve();
      this.#settledOf.delete(log);
    }
    this.#start();
    if (this.#wanted.size > 0 || this.#busy.size > 0) return;
    for (const resolve of this.#settled.splice(0)) resolve();
  }

  async #fence(log: FollowedLog, had: readonly Position[]): Promise<void> {
    try {
      this.target.fenced(log, await this.broker.fence(log.channel, had));
    } catch {
      // The next read finds the same and asks for it again.
      await pause();
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
      await pause();
      return null;
    }
  }
}

function pause(): Promise<void> {
  return delay(RETRY_MS, undefined, { ref: false });
}
