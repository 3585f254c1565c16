import type { Environment } from './environment.js';
import type { Logger } from './logger.js';
import type { Outbox } from './outbox.js';
import { OutboxJournal } from './outbox-journal.js';
import type { StorePlace } from './store-place.js';
import { StoreWriter } from './store-writer.js';

/** A page that reloads is back sooner, and takes its own up again. */
const SWEEP_MS = 5_000;

export interface AdoptionParts {
  readonly place: StorePlace;
  readonly outbox: Outbox;
  readonly environment: Environment;
  readonly logger: Logger;
}

/**
 * Publishes what a client that is gone left in another part of the store, if it was the same user's.
 * Looks twice before it takes anything, so that a client which only restarts keeps its own.
 */
export class OutboxAdoption {
  #orphans: ReadonlySet<string> = new Set();
  #stopTimer = () => {};
  #round = 0;

  constructor(private readonly parts: AdoptionParts) {}

  /** A session of `user` began. */
  begin(user: string): void {
    this.stop();
    this.#schedule(user, this.#round);
  }

  stop(): void {
    this.#round += 1;
    this.#stopTimer();
  }

  #schedule(user: string, round: number): void {
    const { environment, logger } = this.parts;
    this.#stopTimer = environment.after(SWEEP_MS, () => {
      this.#sweep(user, round)
        .catch((error: unknown) => logger.error('Orphans could not be looked for.', error))
        .finally(() => {
          if (round === this.#round) this.#schedule(user, round);
        });
    });
  }

  async #sweep(user: string, round: number): Promise<void> {
    const seen = new Set<string>();
    await this.parts.place.visitOrphans(async (prefix) => {
      seen.add(prefix);
      if (this.#orphans.has(prefix) && round === this.#round) await this.#adopt(prefix, user);
    });
    this.#orphans = seen;
  }

  async #adopt(prefix: string, user: string): Promise<void> {
    const { place, outbox, logger } = this.parts;
    const writer = new StoreWriter(place.store, logger, { prefix: async () => prefix });
    const journal = new OutboxJournal(writer);
    const { user: owner, entries } = await journal.load();
    if (owner !== user || entries.size === 0) return;
    // In this order: what a crash between the two leaves twice is stored once all the same.
    if (!(await outbox.adopt([...entries.values()]))) return;
    for (const key of entries.keys()) journal.remove(key);
    await writer.flush();
  }
}
