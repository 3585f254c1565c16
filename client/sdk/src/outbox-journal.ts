import type { StoreWriter } from './store-writer.js';
import type { PublishRequest } from './wire.js';

/** A publish as the store keeps it. */
export interface JournalEntry {
  readonly request: PublishRequest;
  readonly bytes: number;
  /** On the cluster clock; null for one that was never sent. */
  readonly firstSentAt: number | null;
}

/** Names the entries of an outbox, in the order of publishing. */
export const OUTBOX_INDEX = 'outbox';

const PUBLISH = 'publish:';

/** The key of an entry. Older versions had keys without a sign; an index may name both. */
export function publishKey(freshId: string): string {
  return PUBLISH + freshId;
}

export function isPublishKey(key: string): boolean {
  return key.startsWith(PUBLISH);
}

/** Keeps the outbox over restarts: an index of keys in order, and a value for each. */
export class OutboxJournal {
  /** In the order of publishing. */
  readonly #keys = new Set<string>();
  #user: string | null = null;

  constructor(private readonly writer: StoreWriter) {}

  /** What an earlier run left behind, oldest first, and whose it is. Ask before the first `add`. */
  async load(): Promise<{ user: string | null; entries: ReadonlyMap<string, JournalEntry> }> {
    const index = indexOf(await this.writer.load(OUTBOX_INDEX));
    const entries = new Map<string, JournalEntry>();
    this.#keys.clear();
    for (const key of index.keys) {
      const entry = entryOf(await this.writer.load(key));
      // The index is written first: what it names may have been lost with the run that named it.
      if (entry === null) continue;
      this.#keys.add(key);
      entries.set(key, entry);
    }
    this.#user = index.user;
    return { user: index.user, entries };
  }

  /** Whose publishes these are: another user's would be sent under the wrong name. */
  belongTo(user: string): void {
    if (this.#user === user) return;
    this.#user = user;
    this.#saveIndex();
  }

  /** Resolves when it would survive the end of this run. */
  add(key: string, entry: JournalEntry): Promise<void> {
    // The index first: an entry that nobody names would stay for ever.
    if (!this.#keys.has(key)) {
      this.#keys.add(key);
      this.#saveIndex();
    }
    return this.writer.save(key, () => entry);
  }

  remove(key: string): void {
    if (!this.#keys.delete(key)) return;
    void this.writer.remove(key);
    this.#saveIndex();
  }

  #saveIndex(): void {
    void this.writer.save(OUTBOX_INDEX, () => ({
      version: 1,
      user: this.#user,
      keys: [...this.#keys],
    }));
  }
}

/** An index that a store gave back; without keys for what no version of this package wrote. */
export function indexOf(stored: unknown): { user: string | null; keys: readonly string[] } {
  const { version, user, keys } = (stored ?? {}) as Record<string, unknown>;
  if (version !== 1 || !Array.isArray(keys)) return { user: null, keys: [] };
  return {
    user: typeof user === 'string' ? user : null,
    keys: keys.filter((key): key is string => typeof key === 'string'),
  };
}

/** Null for what is not there, or no version of this package wrote. */
export function entryOf(stored: unknown): JournalEntry | null {
  const { request, bytes, firstSentAt } = (stored ?? {}) as Record<string, unknown>;
  const { channel, id } = (request ?? {}) as Record<string, unknown>;
  const isWhole =
    typeof channel === 'string' &&
    typeof id === 'string' &&
    typeof bytes === 'number' &&
    (firstSentAt === null || typeof firstSentAt === 'number');
  // Every field that decides anything here was looked at; the rest is the server's to judge.
  return isWhole ? (stored as JournalEntry) : null;
}
