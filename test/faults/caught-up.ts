import type { History } from './history.js';

/** Less than this is the ordinary way of a message on a busy machine, in milliseconds. */
const ORDINARY_MS = 50;
/** What is acknowledged later is not the fault's doing. */
const WINDOW_MS = 6_000;

/**
 * For each reader that a fault held up: how long after `sinceNs` it was given the last message that
 * came late. From the history alone, so no client's own word counts.
 */
export function caughtUpAfter(history: History, sinceNs: number): number[] {
  const ackedAt = new Map<string, number>();
  for (const { channel, id, at } of history.of('ok')) ackedAt.set(`${channel} ${id}`, at);
  const lastLate = new Map<string, number>();
  for (const { reader, channel, id, at } of history.of('deliver')) {
    const acked = ackedAt.get(`${channel} ${id}`);
    if (acked === undefined || at < sinceNs || acked > sinceNs + WINDOW_MS * 1e6) continue;
    if (at - acked > ORDINARY_MS * 1e6) lastLate.set(reader, at);
  }
  return [...lastLate.values()].map((at) => (at - sinceNs) / 1e6);
}
