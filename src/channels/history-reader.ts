import { Inject, Injectable } from '@nestjs/common';
import type { ChannelName } from '../protocol/channel-name.js';
import type { HistoryReply } from '../protocol/commands/history.js';
import { LIMITS } from '../protocol/limits.js';
import { BROKER, type Broker, type LogPage, type ReadQuery } from '../broker/broker.port.js';
import type { LogEntry } from '../broker/log-entry.js';
import { messageOf } from '../broker/open-packet.js';
import { formatPosition, requirePosition } from '../broker/position.js';
import { gapOf, tearGapOf } from '../delivery/gap-of.js';
import { fitReply, fitReplyFromEnd } from '../delivery/reply-page.js';

export interface HistoryQuery {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** Bytes of one REST page; a socket reply is bounded by the contract. */
const REST_BYTES = 4_194_304;

/** Pages of what a channel keeps. */
@Injectable()
export class HistoryReader {
  constructor(@Inject(BROKER) private readonly broker: Broker) {}

  /** A page that fits into one reply on a socket; what is not for the user is left out. */
  async forSocket(channel: ChannelName, query: HistoryQuery, user: string): Promise<HistoryReply> {
    const limit = Math.min(query.limit ?? LIMITS.pageDefault, LIMITS.replyMessages);
    const page = await this.#read(channel, query, limit, LIMITS.replyBytes);
    const isBackwards = query.after === undefined;
    const fitting = isBackwards ? fitReplyFromEnd(page.entries) : fitReply(page.entries);
    return replyOf(channel, query, page, fitting, user);
  }

  /** A page of up to `limit` messages, whoever they are for. */
  async forAdmin(channel: ChannelName, query: HistoryQuery): Promise<HistoryReply> {
    const page = await this.#read(channel, query, query.limit ?? LIMITS.pageDefault, REST_BYTES);
    return replyOf(channel, query, page, page.entries, null);
  }

  async #read(
    channel: ChannelName,
    { before, after }: HistoryQuery,
    limit: number,
    maxBytes: number,
  ): Promise<LogPage> {
    const budget = { limit, maxBytes };
    const read = (from: ReadQuery['from']): Promise<LogPage> =>
      this.broker.read(channel, { from, ...budget });
    if (after !== undefined) return read({ after: requirePosition(after) });
    if (before !== undefined) return read({ before: requirePosition(before) });
    return read({ last: limit });
  }
}

function replyOf(
  channel: ChannelName,
  { before, after }: HistoryQuery,
  { facts, continuity, resumeAt, more, entries: all }: LogPage,
  fitting: readonly LogEntry[],
  user: string | null,
): HistoryReply {
  const given = after ?? before;
  const asked = given === undefined ? facts.top : requirePosition(given);
  const isContinued = continuity === 'continued';
  const { entries, tear, isCut, below } = besideTears(fitting, after !== undefined, isContinued);
  const messages = entries
    .filter(({ kind, extra }) => kind === 'm' && !(user !== null && extra.except?.includes(user)))
    .map(messageOf);
  // A page backwards without a message for this user is passed as a whole.
  const isPassed = messages.length === 0 && after === undefined;
  const last = (isPassed ? entries.at(0) : entries.at(-1)) ?? tear;
  const nowhere = isContinued ? asked : resumeAt;
  const older = after === undefined ? (below ?? facts.floor) : asked;
  return {
    messages,
    more: more || isCut || fitting.length < all.length,
    position: formatPosition(last ?? nowhere),
    ...(isContinued ? {} : { gap: gapOf(channel, asked, continuity, facts.epoch, resumeAt) }),
    ...(tear ? { gap: tearGapOf(channel, older, tear) } : {}),
  };
}

/** A page for which one loss can be told: the one between it and the place that was asked from. */
interface Beside {
  readonly entries: readonly LogEntry[];
  readonly tear: LogEntry | null;
  /** It ends before another tear. */
  readonly isCut: boolean;
  /** Of a page backwards: what lies right below the tear, be it another one. */
  readonly below: LogEntry | undefined;
}

/** What a failover took away is told where a page begins, as it is to who resumes; so each page has one at most. */
function besideTears(all: readonly LogEntry[], isForwards: boolean, mayTell: boolean): Beside {
  const nearest = isForwards ? all.at(0) : all.at(-1);
  const tear = mayTell && nearest?.kind === 't' ? nearest : null;
  const rest = tear === null ? all : all.filter((entry) => entry !== tear);
  const isTear = ({ kind }: LogEntry) => kind === 't';
  const next = isForwards ? rest.findIndex(isTear) : rest.findLastIndex(isTear);
  const below = rest.at(-1);
  if (next === -1) return { entries: rest, tear, isCut: false, below };
  const entries = isForwards ? rest.slice(0, next) : rest.slice(next + 1);
  return { entries, tear, isCut: true, below };
}
