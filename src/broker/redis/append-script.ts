import { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';
import { CarillonError } from '../../protocol/carillon-error.js';
import { readScript, scriptOf, type ScriptSource } from '../../redis/redis-script.js';
import type { Appended, Publication } from '../broker.port.js';
import { atOf } from '../log-entry.js';

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

/** What the publication at this place of its call got, or the error that it met alone. */
export function readAppended(
  reply: unknown,
  place: number,
  { draft }: Publication,
): Appended | CarillonError {
  if (!Array.isArray(reply)) return brokerError('a reply of another shape');
  const first: unknown = reply[2 * place];
  const second: unknown = reply[2 * place + 1];
  if (Buffer.isBuffer(first)) {
    return { outcome: 'stored', epoch: textOf(first), offset: Number(second), at: atOf(draft) };
  }
  switch (first) {
    case 1: {
      const [epoch, offset, at] = Array.isArray(second) ? (second as unknown[]) : [];
      return {
        outcome: 'duplicate',
        epoch: textOf(epoch),
        offset: Number(offset),
        at: Number(at),
      };
    }
    case 2:
      return { outcome: 'conflict' };
    case 3:
      return { outcome: 'overloaded' };
    default:
      return brokerError(textOf(second));
  }
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

function textOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('latin1') : String(value);
}
