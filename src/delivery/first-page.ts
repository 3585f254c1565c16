import type { Gap } from '../protocol/gap.js';
import type { Message } from '../protocol/message.js';
import type { JsonText } from '../kernel/json-text.js';
import type { Continuity, LogPage } from '../broker/broker.port.js';
import type { LogEntry } from '../broker/log-entry.js';
import { formatPosition, placeOf, type Position } from '../broker/position.js';
import type { FollowedChannel } from './followed-channel.js';
import { gapOf } from './gap-of.js';
import type { LogPages } from './log-pages.js';
import type { Skipped } from './offset-ranges.js';
import { pageMessages } from './page-messages.js';
import { fitReply } from './reply-page.js';
import type { Session } from './session.js';

/** Where a subscription wants to start. */
export interface StartQuery {
  readonly since?: Position | undefined;
  /** The last n messages; used when `since` is absent or cannot be continued. */
  readonly rewind?: number | undefined;
  /** False: no messages in the answer, all of them follow as events. */
  readonly withMessages: boolean;
}

export interface Start {
  readonly answer: {
    readonly epoch: string;
    readonly position: string;
    readonly messages: readonly Message[] | JsonText;
    readonly behind: number;
  };
  /** What the answer leaves out, because it is not for this session. */
  readonly skipped: readonly Skipped[];
  /** Broadcasts whose copy is in the answer, and was sent nowhere else before. */
  readonly broadcasts: readonly string[];
  readonly continuity: Continuity;
  readonly gap: Gap | null;
  /** Up to here the answer has it. */
  readonly reached: Position;
  /** What comes up to here is marked as replayed. */
  readonly replayTo: number;
}

/** Reads what the answer to a subscribe holds. The channel is followed already: nothing is missed after. */
export async function firstPage(
  pages: LogPages,
  session: Session,
  channel: FollowedChannel,
  { since, rewind, withMessages }: StartQuery,
): Promise<Start> {
  // Who is answered without messages is sent them in pages of another size: these would be thrown away.
  const read = (place: Position): Promise<LogPage> =>
    withMessages ? pages.after(channel, place) : pages.standing(channel, place);
  let page: LogPage | null = null;
  let from: Position | null = null;
  let continuity: Continuity = 'continued';
  let isKept = false;
  if (since) {
    page = await read(since);
    continuity = page.continuity;
    from = continuity === 'continued' ? since : page.resumeAt;
  }
  if (rewind !== undefined && (!since || continuity !== 'continued')) {
    const floor = page?.resumeAt;
    from = await pages.placeBeforeLast(channel.name, rewind);
    page = await read(from);
    // Trimmed between the two reads: what is left is what there is.
    if (page.continuity !== 'continued') from = page.resumeAt;
    // Between the floor and the last messages is what the reader did not ask for, and may.
    else isKept = floor?.epoch === from.epoch && from.offset > floor.offset;
    // Begun anew between the reads: the numbers of one history say nothing of another.
    if (floor && floor.epoch !== page.facts.epoch) continuity = 'epoch';
  }
  if (!page || !from) return startingNow(channel.cursor);
  const gap =
    since && continuity !== 'continued'
      ? { ...gapOf(channel.name, since, continuity, page.facts.epoch, from), refill: isKept }
      : null;
  const entries = beforeTear(fitReply(page.entries));
  const reached = placeOf(entries.at(-1) ?? from);
  const { messages, ...beside } = pageMessages(session, channel.name, entries, pages.now());
  return {
    ...beside,
    answer: {
      epoch: page.facts.epoch,
      position: formatPosition(reached),
      messages,
      behind: Math.max(0, page.facts.top.offset - reached.offset),
    },
    continuity,
    gap,
    reached,
    replayTo: page.facts.top.offset,
  };
}

function startingNow(cursor: Position): Start {
  return {
    answer: { epoch: cursor.epoch, position: formatPosition(cursor), messages: [], behind: 0 },
    skipped: [],
    broadcasts: [],
    continuity: 'continued',
    gap: null,
    reached: cursor,
    replayTo: cursor.offset,
  };
}

/** An answer has no room for what a tear tells: it ends before, and the catch-up tells it. */
function beforeTear(entries: readonly LogEntry[]): readonly LogEntry[] {
  const tear = entries.findIndex(({ kind }) => kind === 't');
  return tear === -1 ? entries : entries.slice(0, tear);
}
