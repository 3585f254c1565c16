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
    const { meta, life } = keys.allOf(publication.channel);
    names.push(meta);
    args.push(recordOf(publication, Buffer.byteLength(life) - LIFE_LETTERS + 1));
  }
  return { keys: names, args };
}

/** What each publication of a call got, or the error that it met alone. */
export function* readAppended(reply: unknown): Iterable<Appended | CarillonError> {
  const [packed, ...messages] = Array.isArray(reply) ? (reply as unknown[]) : [];
  if (!Buffer.isBuffer(packed)) return;
  for (let at = 0; at < packed.length; at += REPLY_BYTES) {
    const status = packed[at];
    const failure = status === FAILED ? messages.shift() : null;
    yield outcomeOf(packed.subarray(at, at + REPLY_BYTES), textOf(failure));
  }
}

function outcomeOf(record: Buffer, failure: string): Appended | CarillonError {
  switch (record[0]) {
    case 0:
    case 1:
      return {
        outcome: record[0] === 0 ? 'stored' : 'duplicate',
        epoch: record.toString('latin1', 1, 1 + EPOCH_LETTERS),
        offset: record.readDoubleBE(1 + EPOCH_LETTERS),
        at: record.readDoubleBE(1 + EPOCH_LETTERS + NUMBER_BYTES),
      };
    case 2:
      return { outcome: 'conflict' };
    case 3:
      return { outcome: 'overloaded' };
    default:
      return brokerError(failure);
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
const LENGTHS = 3;
const NUMBER_BYTES = 8;
const LENGTH_BYTES = 2;
const LIFE_LETTERS = 'life'.length;
const EPOCH_LETTERS = 16;
const REPLY_BYTES = 1 + EPOCH_LETTERS + 2 * NUMBER_BYTES;
const FAILED = 4;

function recordOf(publication: Publication, kindAt: number): Buffer {
  const { publisher, id, contentDigest, draft, rules } = publication;
  const idField = `${publisher}\n${id}`;
  const idBytes = Buffer.byteLength(idField);
  const start = NUMBERS * NUMBER_BYTES + LENGTHS * LENGTH_BYTES;
  const record = Buffer.allocUnsafe(start + idBytes + contentDigest.length + draft.length);
  const { high, low } = digestOf(draft);
  let end = record.writeDoubleBE(high, 0);
  end = record.writeDoubleBE(low, end);
  end = record.writeDoubleBE(atOf(draft), end);
  end = record.writeDoubleBE(rules.size, end);
  end = record.writeDoubleBE(rules.ttlSeconds * 1000, end);
  end = record.writeDoubleBE(rules.maxBytes, end);
  end = record.writeDoubleBE(rules.dedupSeconds * 1000, end);
  end = record.writeUInt16BE(kindAt, end);
  end = record.writeUInt16BE(idBytes, end);
  end = record.writeUInt16BE(contentDigest.length, end);
  end += record.write(idField, end, 'utf8');
  end += record.write(contentDigest, end, 'latin1');
  draft.copy(record, end);
  return record;
}

/** The first field of a draft. */
function atOf(draft: Buffer): number {
  return Number(draft.toString('latin1', 0, draft.indexOf(0x20)));
}

function textOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('latin1') : String(value);
}
