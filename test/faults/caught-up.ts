import type { History } from '../../client/cli/src/verify/history.js';

/** Less than this is the ordinary way of a message on a busy machine, in milliseconds. */
const ORDINARY_MS = 100;

/**
 * For each of the readers that a fault held up: how long after `sinceNs` it was given the last
 * message of those that came late in a row. From the history alone, so no client's own word counts.
 */
export function caughtUpAfter(
  history: History,
  sinceNs: number,
  readers: ReadonlySet<string>,
): number[] {
  const ackedAt = new Map<string, number>();
  for (const { channel, id, at } of history.of('ok')) ackedAt.set(`${channel} ${id}`, at);
  const lastLate = new Map<string, number>();
  const done = new Set<string>();
  for (const { reader, channel, id, at } of history.of('deliver')) {
    const acked = ackedAt.get(`${channel} ${id}`);
    if (acked === undefined || at < sinceNs || !readers.has(reader) || done.has(reader)) continue;
    if (at - acked > ORDINARY_MS * 1e6) lastLate.set(reader, at);
    else if (lastLate.has(reader)) done.add(reader);
  }
  return [...lastLate.values()].map((at) => (at - sinceNs) / 1e6);
}
