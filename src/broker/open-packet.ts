import { Buffer } from 'node:buffer';
import { formatPosition } from './position.js';
import type { LogEntry } from './log-entry.js';
import type { Message } from '../protocol/message.js';

/**
 * The Socket.IO packet of a `message` event, encoded once by the publishing instance and left open at
 * its end: `offset` and `position` are only known to the broker, and `replayed` only to the sender.
 */
export interface OpenPacket {
  readonly text: string;
  readonly parts: readonly Buffer[];
}

/** A message without what the broker adds; `data` is given apart, already as JSON. */
export type MessageHead = Omit<Message, 'data' | 'offset' | 'position' | 'replayed'>;

/** What stands where a binary part was, as the Socket.IO protocol writes it. */
export interface Placeholder {
  readonly _placeholder: true;
  readonly num: number;
}

/** `dataJson` holds placeholders, numbered in the order of `parts`. */
export function openPacket(
  head: MessageHead,
  dataJson: string,
  parts: readonly Buffer[],
): OpenPacket {
  const kind = parts.length === 0 ? '42' : `45${parts.length}-`;
  const fields = JSON.stringify(head).slice(0, -1);
  return { text: `${kind}["message",${fields},"data":${dataJson}`, parts };
}

/** The end of the packet; without a position for a message that overtakes lower offsets. */
export function packetTail(entry: LogEntry, withPosition: boolean, replayed: boolean): string {
  const position = withPosition ? `,"position":"${formatPosition(entry)}"` : '';
  return `,"offset":${entry.offset}${position}${replayed ? ',"replayed":true' : ''}}]`;
}

/** How every open packet without binary parts begins. */
const TEXT_OPENING = '42["message",';

/** The message of an entry without binary parts as JSON, with its position; nothing is parsed for it. */
export function messageJson(entry: LogEntry): string {
  const body = entry.text.toString('utf8', TEXT_OPENING.length);
  return body + packetTail(entry, true, false).slice(0, -1);
}

/** The message of an entry as an object, with its position and its binary parts in place. */
export function messageOf(entry: LogEntry): Message {
  const text = entry.text.toString('utf8');
  const body = text.slice(text.indexOf('['));
  const [, message] = JSON.parse(`${body}${packetTail(entry, true, false)}`) as [string, Message];
  if (entry.parts.length > 0) message.data = restore(message.data, entry.parts);
  return message;
}

function restore(data: unknown, parts: readonly Buffer[]): unknown {
  if (data === null || typeof data !== 'object') return data;
  if (Array.isArray(data)) return data.map((item) => restore(item, parts));
  // Own `_placeholder` keys of clients are refused at the door: this one was written by openPacket.
  if ('_placeholder' in data && 'num' in data && typeof data.num === 'number') {
    return parts[data.num] ?? Buffer.alloc(0);
  }
  for (const [key, value] of Object.entries(data)) {
    Object.defineProperty(data, key, {
      value: restore(value, parts),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return data;
}
