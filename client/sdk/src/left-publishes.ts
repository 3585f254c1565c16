import { entryOf, indexOf, isPublishKey, OUTBOX_INDEX } from './outbox-journal.js';
import type { Store } from './store.js';

export function isOfTheOutbox(key: string): boolean {
  return key === OUTBOX_INDEX || isPublishKey(key);
}

/**
 * Writes what the run before left of its outbox into the store. It was left when none of it had arrived
 * there, and so before any of it that is marked as never sent could have been sent.
 */
export async function takeUpPublishes(
  store: Store,
  prefix: string,
  left: ReadonlyMap<string, unknown>,
): Promise<void> {
  const before = indexOf(await store.load(prefix + OUTBOX_INDEX));
  const index = left.get(OUTBOX_INDEX);
  const { keys } = index === undefined ? before : indexOf(index);
  // The index first: an entry that nobody names would stay for ever.
  if (index !== undefined) await store.save(prefix + OUTBOX_INDEX, index);
  for (const key of keys) {
    const entry = entryOf(left.get(key));
    if (entry === null) continue;
    const stored = entryOf(await store.load(prefix + key));
    if (stored === null || stored.firstSentAt === null) await store.save(prefix + key, entry);
  }
  for (const key of before.keys) if (!keys.includes(key)) await store.remove(prefix + key);
}
