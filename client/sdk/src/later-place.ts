import { streamRecordOf } from './stream-record.js';

/** The keys under which a store keeps where a client stands, and what it was shown. */
export const PLACES = { server: 'cursors', broadcasts: 'broadcasts' } as const;

/** The key of a channel that the application names. */
export function placeKey(channel: string): string {
  return `cursor:${channel}`;
}

export function isOfAPlace(key: string): boolean {
  return key === PLACES.server || key === PLACES.broadcasts || key.startsWith(placeKey(''));
}

/** Of two values of one key and one run what holds both: `stored` itself where it is as new as `left`. */
export function laterOf(key: string, stored: unknown, left: unknown): unknown {
  if (key === PLACES.broadcasts) return laterBroadcasts(stored, left);
  if (key === PLACES.server) return laterStreams(stored, left);
  return laterStream(stored, left);
}

function laterStream(stored: unknown, left: unknown): unknown {
  const record = streamRecordOf(left);
  if (record === null) return stored;
  if (stored === undefined) return left;
  const before = streamRecordOf(stored);
  // One that cannot be read is told by whoever goes on from it.
  return before !== null && (before.age ?? 0) < (record.age ?? 0) ? left : stored;
}

function laterStreams(stored: unknown, left: unknown): unknown {
  if (!isObject(left)) return stored;
  if (stored !== undefined && !isObject(stored)) return stored;
  const later: Record<string, unknown> = { ...stored };
  let isLater = false;
  for (const [channel, value] of Object.entries(left)) {
    const latest = laterStream(later[channel], value);
    isLater ||= latest !== later[channel];
    later[channel] = latest;
  }
  return isLater ? later : stored;
}

/** Oldest first, as they are kept. */
function laterBroadcasts(stored: unknown, left: unknown): unknown {
  if (!Array.isArray(left)) return stored;
  const known = new Set<unknown>(Array.isArray(stored) ? stored : []);
  const all = new Set<unknown>([...known, ...(left as unknown[])]);
  return all.size === known.size ? stored : [...all];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
