import { LIMITS } from '../protocol/limits.js';
import type { LogEntry } from '../broker/log-entry.js';

/** The first entries that fit into one reply: at least one, if there is one. */
export function fitReply(entries: readonly LogEntry[]): readonly LogEntry[] {
  const count = countThatFit(entries);
  return count === entries.length ? entries : entries.slice(0, count);
}

/** The last entries that fit into one reply, for pages that are read backwards. */
export function fitReplyFromEnd(entries: readonly LogEntry[]): readonly LogEntry[] {
  const count = countThatFit(entries.toReversed());
  return count === 0 ? [] : entries.slice(-count);
}

function countThatFit(entries: readonly LogEntry[]): number {
  let bytes = 0;
  let parts = 0;
  let count = 0;
  for (const entry of entries) {
    parts += entry.parts.length;
    bytes += entry.text.length;
    for (const part of entry.parts) bytes += part.length;
    const isOver =
      parts > LIMITS.replyBinaryParts || bytes > LIMITS.replyBytes || count >= LIMITS.replyMessages;
    if (isOver && count > 0) break;
    count += 1;
  }
  return count;
}
