import type { ChannelName } from '../protocol/channel-name.js';
import type { SkipReason } from '../protocol/gap.js';
import type { Message } from '../protocol/message.js';
import { type LogEntry, NO_EXTRA } from '../broker/log-entry.js';
import { messageJson, messageOf } from '../broker/open-packet.js';
import { JsonText } from '../kernel/json-text.js';
import { exclusionOf, hasExpired } from './exclusion.js';
import type { Skipped } from './offset-ranges.js';
import type { Session } from './session.js';

/** What an answer holds of a page, and what it leaves out. */
export interface AnsweredPage {
  readonly messages: readonly Message[] | JsonText;
  /** Told behind the answer, in ascending order. */
  readonly skipped: readonly Skipped[];
  /** Broadcasts whose copy is in the answer, and was sent nowhere else before. */
  readonly broadcasts: readonly string[];
}

const NOTHING: AnsweredPage = { messages: [], skipped: [], broadcasts: [] };

/** Pages that were written once: whoever resumes from the same place is answered with the same text. */
const written = new WeakMap<readonly LogEntry[], AnsweredPage>();

/**
 * The messages of a page that are for a session, for its answer. What has expired is not. Text alone
 * becomes JSON once for all; a page with binary, or with something that is not for everybody, is made for each.
 */
export function pageMessages(
  session: Session,
  channel: ChannelName,
  page: readonly LogEntry[],
  nowMs: number,
): AnsweredPage {
  if (page.length === 0) return NOTHING;
  const known = written.get(page);
  if (known) return known;
  if (!page.every(isForAll)) return ownPage(session, channel, page, nowMs);
  const messages = new JsonText(`[${page.map(messageJson).join(',')}]`);
  const answered = { ...NOTHING, messages };
  written.set(page, answered);
  return answered;
}

function ownPage(
  session: Session,
  channel: ChannelName,
  page: readonly LogEntry[],
  nowMs: number,
): AnsweredPage {
  const messages: Message[] = [];
  const skipped: Skipped[] = [];
  const broadcasts: string[] = [];
  for (const entry of page) {
    if (entry.kind !== 'm') continue;
    const reason = hasExpired(entry, nowMs) ? 'expired' : exclusionOf(session, channel, entry);
    if (reason !== null) {
      skip(skipped, entry.offset, reason);
      continue;
    }
    const { broadcast } = entry.extra;
    if (broadcast !== undefined && session.takesBroadcastFirst(broadcast, channel)) {
      broadcasts.push(broadcast);
    }
    messages.push(messageOf(entry));
  }
  return { messages, skipped, broadcasts };
}

function skip(skipped: Skipped[], offset: number, reason: SkipReason): void {
  const open = skipped.at(-1);
  if (open?.reason === reason && open.to === offset - 1) open.to = offset;
  else skipped.push({ from: offset, to: offset, reason });
}

function isForAll({ kind, extra, parts, ttlMs }: LogEntry): boolean {
  return kind === 'm' && extra === NO_EXTRA && parts.length === 0 && ttlMs === 0;
}
