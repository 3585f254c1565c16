import type { GapEntry } from '../rooms/room-log.js';

const REASONS: Record<GapEntry['reason'], string> = {
  trimmed: 'they were older or more than the room keeps',
  purged: 'an administrator emptied the history',
  epoch: 'the room began anew',
  rewound: 'the server lost them in a failover',
  overflow: 'this connection was too slow for them',
  hole: 'the server passed over them',
  unreadable: 'the place where this page had stopped could not be read',
};

/** `3 messages are missing (an administrator emptied the history)`. */
export function gapInWords({ count, reason }: Pick<GapEntry, 'count' | 'reason'>): string {
  const why = REASONS[reason] ?? reason;
  if (count === null) return `Some messages may be missing (${why})`;
  return count === 1 ? `1 message is missing (${why})` : `${count} messages are missing (${why})`;
}
