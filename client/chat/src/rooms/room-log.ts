import type { Gap, Message } from '@carillon/sdk';
import { readAnnouncement, readContent, weightOf, type Content } from '../timeline/content.js';

/** What the page keeps of one room; older entries leave first. */
export const ENTRIES_MAX = 500;
const WEIGHT_MAX = 16 * 1024 * 1024;

export type Priority = 'critical' | 'high' | 'normal' | 'low';

/** Tells one's own messages from those of others. */
export interface Me {
  readonly is: (user: string | undefined) => boolean;
}

interface Placed {
  /** Stable over an entry's life, also when what was being sent has come back. */
  readonly key: string;
  /** How often the channel's numbering had started anew; offsets compare within one. */
  readonly generation: number;
  /** The offset; between two offsets for what has none. */
  readonly order: number;
  readonly at: number;
}

export interface MessageEntry extends Placed {
  readonly kind: 'message';
  readonly id: string;
  readonly position?: string;
  /** Absent: published by the server's own doors. */
  readonly author?: { readonly user: string; readonly name: string };
  readonly content: Content;
  readonly priority: Priority;
  readonly delivery: 'received' | 'sent';
}

/** One's own message that the server has not confirmed yet. */
export interface OutgoingEntry extends Placed {
  readonly kind: 'outgoing';
  readonly id: string;
  readonly author: { readonly user: string; readonly name: string };
  readonly content: Content;
  readonly delivery: 'sending' | 'failed';
  readonly problem?: string;
  /** Only the token was refused: with a new one it goes out by itself. */
  readonly waitsForToken?: boolean;
}

export interface GapEntry extends Placed {
  readonly kind: 'gap';
  readonly count: number | null;
  readonly reason: Gap['reason'];
  /** Hand to `history` as `after` to get what is missing; absent where it is gone for good. */
  readonly refillAfter?: string;
}

export interface AnnouncementEntry extends Placed {
  readonly kind: 'announcement';
  readonly title?: string;
  readonly text: string;
  readonly priority: Priority;
}

export type Entry = MessageEntry | OutgoingEntry | GapEntry | AnnouncementEntry;

export interface RoomLog {
  /** In the order shown. */
  readonly entries: readonly Entry[];
  readonly generation: number;
  readonly weight: number;
}

export const EMPTY_LOG: RoomLog = { entries: [], generation: 0, weight: 0 };

/** What was being sent waits below everything that has a place. */
const LAST = Number.MAX_SAFE_INTEGER;

/** Adds what the server delivered; a copy of what is there changes nothing. */
export function withMessage(log: RoomLog, message: Message, me: Me): RoomLog {
  const mine = me.is(message.from?.user);
  const waiting = mine ? ownEntry(log, message.id, me) : undefined;
  const taken = log.entries.some(
    (entry) => entry.kind === 'message' && samePlace(entry, log.generation, message.offset),
  );
  // One's own confirmed message is taken once more: only the server's copy has a position.
  const isKnown = waiting?.kind === 'message' ? waiting.position !== undefined : !waiting;
  if (taken && isKnown) return log;
  if (message.broadcast) return inserted(log, announcementOf(log, message, message.offset));
  const entry: MessageEntry = {
    kind: 'message',
    // The row keeps its key when the sender's copy becomes the server's: no flicker, same picture.
    key: waiting?.key ?? `${String(log.generation)}/${String(message.offset)}`,
    generation: log.generation,
    order: message.offset,
    at: message.at,
    id: message.id,
    content: waiting?.content ?? readContent(message.data),
    priority: message.priority ?? 'normal',
    delivery: mine ? 'sent' : 'received',
    ...(message.position === undefined ? {} : { position: message.position }),
    ...(message.from
      ? { author: { user: message.from.user, name: message.from.name ?? message.from.user } }
      : {}),
  };
  return inserted(waiting ? without(log, waiting.key) : log, entry);
}

/** Adds a page of older messages above. */
export function withHistory(log: RoomLog, messages: readonly Message[], me: Me): RoomLog {
  return messages.reduce((grown, message) => withMessage(grown, message, me), log);
}

export function withOutgoing(log: RoomLog, entry: OutgoingEntry): RoomLog {
  return inserted(without(log, entry.key), entry);
}

/** An entry for a message that is about to be sent. */
export function outgoing(
  id: string,
  content: Content,
  author: { user: string; name: string },
  at: number,
): OutgoingEntry {
  return {
    kind: 'outgoing',
    key: `own/${id}`,
    generation: LAST,
    order: at,
    at,
    id,
    author,
    content,
    delivery: 'sending',
  };
}

/** The server has stored what was being sent: it takes its place. */
export function withConfirmed(log: RoomLog, id: string, offset: number, at: number): RoomLog {
  const waiting = outgoingOf(log, id);
  if (!waiting) return log;
  const { key, content, author } = waiting;
  const generation = log.generation;
  return inserted(without(log, key), {
    kind: 'message',
    key,
    generation,
    order: offset,
    at,
    id,
    content,
    author,
    priority: 'normal',
    delivery: 'sent',
  });
}

export function withFailure(
  log: RoomLog,
  id: string,
  failure: { readonly problem: string; readonly waitsForToken: boolean },
): RoomLog {
  const waiting = outgoingOf(log, id);
  return waiting ? withOutgoing(log, { ...waiting, ...failure, delivery: 'failed' }) : log;
}

export function outgoingOf(log: RoomLog, id: string): OutgoingEntry | undefined {
  return log.entries.find((entry) => entry.kind === 'outgoing' && entry.id === id) as
    OutgoingEntry | undefined;
}

export function withGap(log: RoomLog, gap: Gap, at: number): RoomLog {
  const generation = gap.reason === 'epoch' ? log.generation + 1 : log.generation;
  const order = gap.reason === 'epoch' ? 0 : (gap.ranges?.[0]?.[0] ?? endOf(log));
  return inserted(
    { ...log, generation },
    {
      kind: 'gap',
      key: `gap/${gap.after}/${gap.reason}`,
      generation,
      order,
      at,
      count: gap.count,
      reason: gap.reason,
      ...(gap.refill ? { refillAfter: gap.after } : {}),
    },
  );
}

/** An administrator's message to everyone, this user or a tag, shown where it came in. */
export function withAnnouncement(log: RoomLog, message: Message): RoomLog {
  return inserted(log, announcementOf(log, message, endOf(log)));
}

export function without(log: RoomLog, key: string): RoomLog {
  const entry = log.entries.find((candidate) => candidate.key === key);
  if (!entry) return log;
  return {
    ...log,
    entries: log.entries.filter((candidate) => candidate !== entry),
    weight: log.weight - weightOfEntry(entry),
  };
}

function ownEntry(log: RoomLog, id: string, me: Me): OutgoingEntry | MessageEntry | undefined {
  for (const entry of log.entries) {
    const isMessage = entry.kind === 'outgoing' || entry.kind === 'message';
    if (isMessage && entry.id === id && me.is(entry.author?.user)) return entry;
  }
  return undefined;
}

function announcementOf(log: RoomLog, message: Message, order: number): AnnouncementEntry {
  return {
    kind: 'announcement',
    key: `told/${message.broadcast?.id ?? `${message.channel}/${message.id}`}`,
    generation: log.generation,
    order,
    at: message.at,
    priority: message.priority ?? 'normal',
    ...readAnnouncement(message.data),
  };
}

function inserted(log: RoomLog, entry: Entry): RoomLog {
  if (log.entries.some(({ key }) => key === entry.key)) return log;
  let place = log.entries.length;
  while (place > 0 && isBefore(entry, log.entries[place - 1])) place -= 1;
  let weight = log.weight + weightOfEntry(entry);
  let dropped = 0;
  const entries = log.entries.toSpliced(place, 0, entry);
  for (const old of entries) {
    if (entries.length - dropped <= ENTRIES_MAX && weight <= WEIGHT_MAX) break;
    weight -= weightOfEntry(old);
    dropped += 1;
  }
  return { ...log, entries: dropped === 0 ? entries : entries.slice(dropped), weight };
}

function isBefore(entry: Entry, other: Entry | undefined): boolean {
  if (!other) return false;
  if (entry.generation !== other.generation) return entry.generation < other.generation;
  return entry.order < other.order;
}

/** The place between the last offset of this generation and the one that comes next. */
function endOf(log: RoomLog): number {
  const last = log.entries.findLast((entry) => entry.kind !== 'outgoing');
  return last?.generation === log.generation ? Math.floor(last.order) + 0.5 : 0.5;
}

function samePlace(entry: Entry, generation: number, offset: number): boolean {
  return entry.generation === generation && entry.order === offset;
}

function weightOfEntry(entry: Entry): number {
  return 'content' in entry ? weightOf(entry.content) : 0;
}
