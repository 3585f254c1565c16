import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Buffer } from 'node:buffer';
import {
  CHAIN_HIGH,
  CHAIN_LOW,
  digestOf,
  type DraftDigest,
  epochFor,
  firstChain,
  nextChain,
} from '../../../src/broker/chain.js';

const DAY_MS = 86_400_000;
const bits31 = fc.integer({ min: 0, max: 0x7fff_ffff });
const digest = fc.record({ high: bits31, low: bits31 });
const start = firstChain('e'.repeat(16), 1_700_000_000_000);

/** The same in whole numbers of any size. */
function exactly(chain: string, { high, low }: DraftDigest): string {
  const lane = (text: string, factor: number, modulus: number, added: number) =>
    ((BigInt(`0x${text}`) * BigInt(factor) + BigInt(added)) % BigInt(modulus))
      .toString(16)
      .padStart(8, '0');
  return (
    lane(chain.slice(0, 8), CHAIN_HIGH.factor, CHAIN_HIGH.modulus, high) +
    lane(chain.slice(8), CHAIN_LOW.factor, CHAIN_LOW.modulus, low)
  );
}

test('doubles are exact enough, wherever the chain has got to', () => {
  fc.assert(
    fc.property(fc.array(digest, { minLength: 1, maxLength: 30 }), (digests) => {
      let chain = start;
      for (const one of digests) {
        const next = nextChain(chain, one);
        expect(next).toBe(exactly(chain, one));
        expect(next).toMatch(/^[0-9a-f]{16}$/);
        chain = next;
      }
    }),
  );
  const highest = 'ffffffff'.repeat(2);
  const most = { high: 0x7fff_ffff, low: 0x7fff_ffff };
  expect(nextChain(highest, most)).toBe(exactly(highest, most));
});

test('another draft, another order and another beginning lead elsewhere', () => {
  const [a, b] = ['a', 'b'].map((text) => digestOf(Buffer.from(text))) as [
    DraftDigest,
    DraftDigest,
  ];
  const after = (...digests: DraftDigest[]) => digests.reduce(nextChain, start);
  const other = firstChain('e'.repeat(16), 1_700_000_000_001);
  const chains = [
    after(),
    after(a),
    after(b),
    after(a, b),
    after(b, a),
    other,
    nextChain(other, a),
  ];
  expect(new Set(chains).size).toBe(chains.length);
  expect(after(a, b)).toBe(after(a, b));
});

test('a digest has 31 bits in each lane', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const { high, low } = digestOf(Buffer.from(bytes));
      for (const lane of [high, low]) {
        expect(Number.isInteger(lane) && lane >= 0 && lane <= 0x7fff_ffff).toBe(true);
      }
    }),
  );
});

test('an epoch is of one store, one channel and one month', () => {
  const [life, now] = ['1'.repeat(16), 30 * DAY_MS * 600];
  const epoch = epochFor(life, 'chat:a', now);
  expect(epoch).toMatch(/^[0-9a-f]{16}$/);
  expect(epochFor(life, 'chat:a', now + 30 * DAY_MS - 1)).toBe(epoch);
  const others = [
    epochFor('2'.repeat(16), 'chat:a', now),
    epochFor(life, 'chat:b', now),
    epochFor(life, 'chat:a', now + 30 * DAY_MS),
    epochFor(life, 'chat:a', now - 1),
  ];
  expect(new Set([epoch, ...others]).size).toBe(5);
});
