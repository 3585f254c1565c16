import { createHash, hash } from 'node:crypto';
import type { Buffer } from 'node:buffer';

/**
 * The chain: a rolling digest over a channel's entries, so that a position proves the history that led
 * to it. Two lanes of linear congruences whose products stay exact in doubles, because a script
 * computes the same with Lua numbers. A consistency check, not a security control.
 */
export interface DraftDigest {
  readonly high: number;
  readonly low: number;
}

export const CHAIN_HIGH = { factor: 69_069, modulus: 2_147_483_647 } as const;
export const CHAIN_LOW = { factor: 40_503, modulus: 2_147_483_629 } as const;

/** What one draft adds to the chain: 31 bits for each lane. */
export function digestOf(draft: Buffer): DraftDigest {
  const digest = hash('sha1', draft, 'buffer');
  return { high: digest.readUInt32BE(0) >>> 1, low: digest.readUInt32BE(4) >>> 1 };
}

/** The chain after one more entry. */
export function nextChain(chain: string, { high, low }: DraftDigest): string {
  const first = Number.parseInt(chain.slice(0, 8), 16);
  const second = Number.parseInt(chain.slice(8), 16);
  return (
    hex((first * CHAIN_HIGH.factor + high) % CHAIN_HIGH.modulus) +
    hex((second * CHAIN_LOW.factor + low) % CHAIN_LOW.modulus)
  );
}

/** Where the chain of a new life begins: never the same for two lives of one channel. */
export function firstChain(epoch: string, bornAtMs: number): string {
  const seed = createHash('sha1').update(`${epoch}|${bornAtMs}`).digest('hex');
  return (
    hex(Number.parseInt(seed.slice(0, 8), 16) % CHAIN_HIGH.modulus) +
    hex(Number.parseInt(seed.slice(8, 16), 16) % CHAIN_LOW.modulus)
  );
}

/** An epoch that could be born in this bucket of time would repeat one that is remembered. */
const EPOCH_BUCKET_MS = 30 * 86_400_000;

/**
 * The epoch that a channel gets when it is born now, and that its genesis position shows before: known
 * without a key, and another one after a store was emptied or a channel was forgotten.
 */
export function epochFor(life: string, channel: string, nowMs: number): string {
  return createHash('sha1')
    .update(`${life}|${channel}|${Math.floor(nowMs / EPOCH_BUCKET_MS)}`)
    .digest('hex')
    .slice(0, 16);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
