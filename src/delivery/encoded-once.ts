import type { LogEntry } from '../broker/log-entry.js';
import { EncodedMessage } from './encoded-message.js';

/**
 * Held weakly on both sides: an embedded log keeps its entries for a day, and who is brought up to date
 * needs the frames for as long as they are written.
 */
type Encodings = WeakMap<LogEntry, WeakRef<EncodedMessage>>;

const replayed: Encodings = new WeakMap();
const notReplayed: Encodings = new WeakMap();

/**
 * The message of an entry, the same for all who are owed it while any of them is: who reads one page gets
 * one message, and what is joined of it is joined for all. It says nothing of a session, and never changes.
 */
export function encodedOnce(entry: LogEntry, isReplayed: boolean): EncodedMessage {
  const encodings = isReplayed ? replayed : notReplayed;
  const known = encodings.get(entry)?.deref();
  if (known) return known;
  const message = new EncodedMessage(entry, isReplayed);
  encodings.set(entry, new WeakRef(message));
  return message;
}
