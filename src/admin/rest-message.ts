import { Buffer } from 'node:buffer';
import type { HistoryReply } from '../protocol/commands/history.js';
import type { Message } from '../protocol/message.js';

/** A message as JSON can carry it: binary, also inside of `data`, is `{ "base64": … }`. */
export type RestMessage = Message & {
  /** Says that some `{ "base64": … }` in `data` stands for bytes. */
  encoding?: 'base64';
};

export type RestHistory = Omit<HistoryReply, 'messages'> & { messages: RestMessage[] };

export function restHistory({ messages, ...page }: HistoryReply): RestHistory {
  return { ...page, messages: messages.map(restMessage) };
}

export function restMessage(message: Message): RestMessage {
  const seen = { binary: false };
  const data = withoutBinary(message.data, seen);
  return seen.binary ? { ...message, data, encoding: 'base64' } : message;
}

/** Recursion is bounded by the contract's limit on levels. */
function withoutBinary(value: unknown, seen: { binary: boolean }): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    seen.binary = true;
    return { base64: Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64') };
  }
  if (Array.isArray(value)) return value.map((item) => withoutBinary(item, seen));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutBinary(item, seen)]),
  );
}
