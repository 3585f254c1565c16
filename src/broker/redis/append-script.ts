import { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';
import { CarillonError } from '../../protocol/carillon-error.js';
import { readScript, scriptOf, type ScriptSource } from '../../redis/redis-script.js';
import type { Appended } from '../broker.port.js';

const APPEND_SCRIPT = readScript(new URL('./lua/append.lua', import.meta.url));

/** So many that no two instances of a cluster have the same; Redis keeps one for each start of one. */
const COPIES = 1_000_000_000;

/**
 * A copy of the script that nobody else has. Were it one for all, another instance could load
 * it again after a flush between two calls of this one that are on their way: the first would find it
 * forgotten, the second not, and overtake.
 */
export function appendScript(): ScriptSource {
  return scriptOf(`${APPEND_SCRIPT.text}-- copy ${randomInt(COPIES)}\n`);
}

/** Bytes that the reply has for each publication. */
const RECORD_BYTES = 33;
const OFFSET_AT = 17;
const AT_AT = 25;

/** What each of so many publications got, or the error that it met alone. */
export function readAppended(reply: unknown, count: number): (Appended | CarillonError)[] {
  const all: (Appended | CarillonError)[] = [];
  if (!Buffer.isBuffer(reply) || reply.length < count * RECORD_BYTES) {
    for (let index = 0; index < count; index += 1)
      all.push(brokerError('a reply of another shape'));
    return all;
  }
  let messageAt = count * RECORD_BYTES;
  for (let start = 0; all.length < count; start += RECORD_BYTES) {
    const status = reply[start];
    const offset = reply.readDoubleBE(start + OFFSET_AT);
    if (status === 0 || status === 1) {
      all.push({
        outcome: status === 0 ? 'stored' : 'duplicate',
        epoch: reply.toString('latin1', start + 1, start + OFFSET_AT),
        offset,
        at: reply.readDoubleBE(start + AT_AT),
      });
    } else if (status === 2) all.push({ outcome: 'conflict' });
    else if (status === 3) all.push({ outcome: 'overloaded' });
    else {
      all.push(brokerError(reply.toString('latin1', messageAt, messageAt + offset)));
      messageAt += offset;
    }
  }
  return all;
}

/** Redis said no before anything was stored, or we cannot know what it did. */
export function brokerError(message: string): CarillonError {
  const isFull = /\b(OOM|MISCONF)\b/.test(message);
  if (isFull) {
    return new CarillonError(
      'overloaded',
      'The broker has no room to keep this. Try again later.',
      {
        retryAfterMs: 1_000,
        cause: message,
      },
    );
  }
  return new CarillonError(
    'unavailable',
    'The broker did not confirm in time. Repeat with the same id: it is stored at most once.',
    { retryAfterMs: 200, cause: message },
  );
}
