import { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';
import { CarillonError } from '../../protocol/carillon-error.js';
import type { Keys } from '../../redis/keys.js';
import {
  readScript,
  type ScriptArgument,
  scriptOf,
  type ScriptSource,
} from '../../redis/redis-script.js';
import type { Appended, Publication } from '../broker.port.js';
import { digestOf } from '../chain.js';
import { newLife } from './new-life.js';

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

export interface AppendCall {
  readonly keys: readonly string[];
  readonly args: readonly ScriptArgument[];
}

/** The call for a batch, as the script's header says. */
export function appendCall(
  batch: readonly Publication[],
  keys: Keys,
  announce: 'PUBLISH' | 'SPUBLISH',
): AppendCall {
  const names: string[] = [];
  const args: ScriptArgument[] = [announce, newLife()];
  for (const publication of batch) {
    const { channel, publisher, id, contentDigest, draft } = publication;
    const { meta, log, ids, idOrder, life, bus } = keys.allOf(channel);
    names.push(meta, log, ids, idOrder, life);
    args.push(channel, bus, `${publisher}\n${id}`, contentDigest, packed(publication), draft);
  }
  return { keys: names, args };
}

/** What one publication got, or the error that it met alone. */
export function readAppended(reply: unknown): Appended | CarillonError {
  const [status, epoch, offset, at] = Array.isArray(reply) ? (reply as unknown[]) : [];
  switch (status) {
    case 0:
    case 1:
      return {
        outcome: status === 0 ? 'stored' : 'duplicate',
        epoch: textOf(epoch),
        offset: Number(offset),
        at: Number(at),
      };
    case 2:
      return { outcome: 'conflict' };
    case 3:
      return { outcome: 'overloaded' };
    default:
      return brokerError(textOf(epoch));
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

const NUMBERS = 7;
const NUMBER_BYTES = 8;

/** The numbers of a publication in one argument: each argument costs more than what is in it. */
function packed({ draft, rules }: Publication): Buffer {
  const { high, low } = digestOf(draft);
  const bytes = Buffer.allocUnsafe(NUMBERS * NUMBER_BYTES);
  let end = bytes.writeDoubleBE(high, 0);
  end = bytes.writeDoubleBE(low, end);
  end = bytes.writeDoubleBE(atOf(draft), end);
  end = bytes.writeDoubleBE(rules.size, end);
  end = bytes.writeDoubleBE(rules.ttlSeconds * 1000, end);
  end = bytes.writeDoubleBE(rules.maxBytes, end);
  bytes.writeDoubleBE(rules.dedupSeconds * 1000, end);
  return bytes;
}

/** The first field of a draft. */
function atOf(draft: Buffer): number {
  return Number(draft.toString('latin1', 0, draft.indexOf(0x20)));
}

function textOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('latin1') : String(value);
}
