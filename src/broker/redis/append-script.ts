import { Buffer } from 'node:buffer';
import { CarillonError } from '../../protocol/carillon-error.js';
import type { Keys } from '../../redis/keys.js';
import { readScript, type ScriptArgument } from '../../redis/redis-script.js';
import type { Appended, Publication } from '../broker.port.js';
import { digestOf } from '../chain.js';
import { newLife } from './new-life.js';

export const APPEND_SCRIPT = readScript(new URL('./lua/append.lua', import.meta.url));

export interface AppendCall {
  readonly keys: readonly string[];
  readonly args: readonly ScriptArgument[];
}

/** The call for a batch, as the script's header says. */
export function appendCall(
  batch: readonly Publication[],
  keys: Keys,
  announce: 'PUBLISH' | 'SPUBLISH',
  lifeKeyOf: (channel: string) => string,
): AppendCall {
  const names: string[] = [];
  const args: ScriptArgument[] = [announce, newLife()];
  for (const { channel, publisher, id, contentDigest, draft, rules } of batch) {
    const { high, low } = digestOf(draft);
    names.push(
      keys.ofChannel('meta', channel),
      keys.ofChannel('log', channel),
      keys.ofChannel('ids', channel),
      keys.ofChannel('idOrder', channel),
      lifeKeyOf(channel),
    );
    args.push(
      channel,
      keys.ofChannel('bus', channel),
      `${publisher}\n${id}`,
      contentDigest,
      high,
      low,
      atOf(draft),
      rules.size,
      rules.ttlSeconds * 1000,
      rules.maxBytes,
      rules.dedupSeconds * 1000,
      draft,
    );
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

/** The first field of a draft. */
function atOf(draft: Buffer): string {
  return draft.toString('latin1', 0, draft.indexOf(0x20));
}

function textOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('latin1') : String(value);
}
