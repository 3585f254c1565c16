import { setTimeout as delay } from 'node:timers/promises';
import { LIMITS } from '../protocol/limits.js';
import type { Broker, LogPage } from '../broker/broker.port.js';
import type { FollowedLog } from './followed-log.js';

/** Reads under way at once: enough to fill a pipeline, few enough to leave room for publishes. */
const CONCURRENT = 64;
/** Between two tries while the broker does not answer, in milliseconds. */
const RETRY_MS = 200;

export interface LogReaderTarget {
  isWanted(log: FollowedLog): boolean;
  /** Takes a page; true when the log must be read once more. */
  read(log: FollowedLog, page: LogPage): boolean;
}

/** Reads after the cursor of followed channels, each channel by one read at a time, until all is known. */
export class LogReader {
  readonly #wanted = new Set<FollowedLog>();
  readonly #busy = new Set<FollowedLog>();
  #settled: (() => void)[] = [];

  constructor(
    private readonly broker: Broker,
    private readonly target: LogReaderTarget,
  ) {}

  /** Something after the channel's cursor may be missing. */
  ask(log: FollowedLog): void {
    this.#wanted.add(log);
    this.#start();
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
      if (page) isMore = this.target.read(log, page);
    }
    this.#busy.delete(log);
    this.#start();
    if (this.#wanted.size > 0 || this.#busy.size > 0) return;
    for (const resolve of this.#settled.splice(0)) resolve();
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
      await delay(RETRY_MS, undefined, { ref: false });
      return null;
    }
  }
}
