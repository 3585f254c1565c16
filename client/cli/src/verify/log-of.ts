import { Unable } from '../unable.js';
import { messagesOf, type Page, recordOf } from './ask-history.js';
import type { ChannelLog, LogRecord } from './checker.js';
import { type Place, placeOf } from './place.js';

/** A page of the history of a channel, before a position or the newest. */
export type ReadPage = (channel: string, before: string | null) => Promise<Page>;

/**
 * All that a channel keeps: newest page first, back to what is not kept any more. A page may be empty
 * though there is more, where nothing but marks of lost tails stands; its own position leads on.
 *
 * @throws Unable when there is said to be more, and the page does not lead to an older one
 */
export async function logOf(channel: string, read: ReadPage): Promise<ChannelLog> {
  const entries: LogRecord[] = [];
  let before: string | null = null;
  let reached = Number.POSITIVE_INFINITY;
  let top: Place | null = null;
  for (;;) {
    const page = await read(channel, before);
    top ??= readable(channel, page['position']);
    const messages = messagesOf(page);
    entries.unshift(...messages.map(recordOf));
    if (page['more'] !== true) break;
    const next = (messages[0] ?? page)['position'];
    const { offset } = readable(channel, next);
    if (offset >= reached) throw unable(channel, `its pages do not go on below ${offset}`);
    reached = offset;
    before = String(next);
  }
  const floor = entries[0] === undefined ? top.offset : entries[0].offset - 1;
  return { channel, epoch: top.epoch, floor, entries };
}

function readable(channel: string, position: unknown): Place {
  try {
    return placeOf(String(position));
  } catch {
    throw unable(channel, 'a page came with a position that cannot be read');
  }
}

function unable(channel: string, why: string): Unable {
  return new Unable(`The history of ${channel} cannot be read: ${why}.`, []);
}
