import type { ChannelName } from '../protocol/channel-name.js';
import type { Message } from '../protocol/message.js';
import { type LogEntry, NO_EXTRA } from '../broker/log-entry.js';
import { messageJson, messageOf } from '../broker/open-packet.js';
import { JsonText } from '../kernel/json-text.js';
import { exclusionOf, hasExpired, mayLeave } from './exclusion.js';
import type { Session } from './session.js';

/** Pages that were written once: whoever resumes from the same place is answered with the same text. */
const written = new WeakMap<readonly LogEntry[], JsonText>();

/**
 * The messages of a page that are for a session, for its answer. What has expired is not. Text alone becomes JSON once for all;
 * a page with binary, or with something that is not for everybody, is made for each.
 */
export function pageMessages(
  session: Session,
  channel: ChannelName,
  page: readonly LogEntry[],
  nowMs: number,
): readonly Message[] | JsonText {
  if (page.length === 0) return [];
  const known = written.get(page);
  if (known) return known;
  if (!page.every(isForAll)) {
    return page
      .filter((entry) => entry.kind === 'm' && !hasExpired(entry, nowMs))
      .filter((entry) => exclusionOf(session, channel, entry) === null)
      .filter((entry) => mayLeave(session, channel, entry))
      .map(messageOf);
  }
  const text = new JsonText(`[${page.map(messageJson).join(',')}]`);
  written.set(page, text);
  return text;
}

function isForAll({ kind, extra, parts, ttlMs }: LogEntry): boolean {
  return kind === 'm' && extra === NO_EXTRA && parts.length === 0 && ttlMs === 0;
}
