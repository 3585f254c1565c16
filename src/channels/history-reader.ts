import { Inject, Injectable } from '@nestjs/common';
import type { ChannelName } from '../protocol/channel-name.js';
import type { HistoryReply } from '../protocol/commands/history.js';
import { LIMITS } from '../protocol/limits.js';
import { BROKER, type Broker, type LogPage, type ReadQuery } from '../broker/broker.port.js';
import type { LogEntry } from '../broker/log-entry.js';
import { messageOf } from '../broker/open-packet.js';
import { formatPosition, parsePosition, requirePosition } from '../broker/position.js';
import { gapOf } from '../delivery/gap-of.js';
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
    const isCut = fitting.length < page.entries.length;
    return replyOf(channel, query, page, fitting, isCut, user);
  }

  /** A page of up to `limit` messages, whoever they are for. */
  async forAdmin(channel: ChannelName, query: HistoryQuery): Promise<HistoryReply> {
    const page = await this.#read(channel, query, query.limit ?? LIMITS.pageDefault, REST_BYTES);
    return replyOf(channel, query, page, page.entries, false, null);
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
  { facts, continuity, resumeAt, more }: LogPage,
  entries: readonly LogEntry[],
  isCut: boolean,
  user: string | null,
): HistoryReply {
  const messages = entries
    .filter(({ kind, extra }) => kind === 'm' && !(user !== null && extra.except?.includes(user)))
    .map(messageOf);
  // A page backwards without a message for this user is passed as a whole.
  const isPassed = messages.length === 0 && after === undefined;
  const last = isPassed ? entries.at(0) : entries.at(-1);
  const asked = after ?? before ?? formatPosition(facts.top);
  const since = after === undefined ? null : parsePosition(after);
  return {
    messages,
    more: more || isCut,
    position: last ? formatPosition(last) : asked,
    ...(since && continuity !== 'continued'
      ? { gap: gapOf(channel, since, continuity, facts.epoch, resumeAt) }
      : {}),
  };
}
