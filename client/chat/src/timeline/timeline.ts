import type {
  AnnouncementEntry,
  Entry,
  GapEntry,
  MessageEntry,
  OutgoingEntry,
} from '../rooms/room-log.js';
import { dayOf } from './dates.js';

/** Messages of one author closer together than this share a head. */
const GROUP_MS = 5 * 60_000;

export type SpokenEntry = MessageEntry | OutgoingEntry;

export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'unread'; readonly key: string }
  | { readonly kind: 'gap'; readonly key: string; readonly entry: GapEntry }
  | { readonly kind: 'announcement'; readonly key: string; readonly entry: AnnouncementEntry }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly entry: SpokenEntry;
      /** The first of its group carries the name, the last one the portrait. */
      readonly isFirst: boolean;
      readonly isLast: boolean;
    };

/** What a room's log looks like: days, groups, the unread line. */
export function rowsOf(entries: readonly Entry[], unreadFrom: string | undefined): Row[] {
  const rows: Row[] = [];
  entries.forEach((entry, index) => {
    const before = entries[index - 1];
    const after = entries[index + 1];
    if (!before || dayOf(before.at) !== dayOf(entry.at)) {
      rows.push({ kind: 'day', key: `day/${entry.key}`, at: entry.at });
    }
    if (entry.key === unreadFrom) rows.push({ kind: 'unread', key: 'unread' });
    if (entry.kind === 'gap') return rows.push({ kind: 'gap', key: entry.key, entry });
    if (entry.kind === 'announcement') {
      return rows.push({ kind: 'announcement', key: entry.key, entry });
    }
    return rows.push({
      kind: 'message',
      key: entry.key,
      entry,
      isFirst: entry.key === unreadFrom || !isGroup(before, entry),
      isLast: after?.key === unreadFrom || !isGroup(entry, after),
    });
  });
  return rows;
}

function isGroup(one: Entry | undefined, next: Entry | undefined): boolean {
  if (!isSpoken(one) || !isSpoken(next)) return false;
  if (one.author?.user !== next.author?.user) return false;
  return dayOf(one.at) === dayOf(next.at) && next.at - one.at < GROUP_MS;
}

function isSpoken(entry: Entry | undefined): entry is SpokenEntry {
  return entry?.kind === 'message' || entry?.kind === 'outgoing';
}
