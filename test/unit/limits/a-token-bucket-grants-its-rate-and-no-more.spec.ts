import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { TokenBucket } from '../../../src/limits/token-bucket.js';

const granted = { granted: true };

function takeAll(bucket: TokenBucket, nowMs: number): number {
  let count = 0;
  while (bucket.take(1, nowMs).granted) count += 1;
  return count;
}

describe('a bucket', () => {
  test('begins full, and is empty after its burst', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, 0);
    expect(takeAll(bucket, 0)).toBe(3);
  });

  test('tells how long to wait, to the millisecond', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, 0);
    expect(bucket.take(3, 0)).toEqual(granted);
    expect(bucket.take(1, 0)).toEqual({ granted: false, waitMs: 100 });
    expect(bucket.take(1, 99)).toEqual({ granted: false, waitMs: 1 });
    expect(bucket.take(1, 100)).toEqual(granted);
    expect(bucket.take(2, 100)).toEqual({ granted: false, waitMs: 200 });
  });

  test('loses nothing by refusing', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 2 }, 0);
    bucket.take(1, 0);
    for (let time = 0; time < 100; time += 1) expect(bucket.take(2, 0).granted).toBe(false);
    expect(bucket.take(1, 0)).toEqual(granted);
  });

  test('never holds more than its burst, however long the rest', () => {
    const bucket = new TokenBucket({ perSecond: 1000, burst: 5 }, 0);
    expect(takeAll(bucket, 86_400_000)).toBe(5);
  });

  test('fills at rates below one a second', () => {
    const bucket = new TokenBucket({ perSecond: 0.5, burst: 1 }, 0);
    bucket.take(1, 0);
    expect(bucket.take(1, 0)).toEqual({ granted: false, waitMs: 2000 });
    expect(bucket.take(1, 2000)).toEqual(granted);
  });

  test('gains nothing from a clock that goes back and forth', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 1 }, 1000);
    bucket.take(1, 1000);
    for (let time = 0; time < 50; time += 1) {
      expect(bucket.take(1, 900).granted).toBe(false);
      expect(bucket.take(1, 1000).granted).toBe(false);
    }
  });

  test.each([0, -1, NaN, 4])('refuses a cost of %d, which it could never answer', (cost) => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, 0);
    expect(() => bucket.take(cost, 0)).toThrow(RangeError);
  });
});

const rate = fc.record({
  perSecond: fc.double({ min: 0.01, max: 100_000, noNaN: true }),
  burst: fc.integer({ min: 1, max: 1000 }),
});

test('whoever waited as long as told is granted', () => {
  fc.assert(
    fc.property(rate, fc.double({ min: 0, max: 1e9, noNaN: true }), (limits, startMs) => {
      const bucket = new TokenBucket(limits, startMs);
      bucket.take(limits.burst, startMs);
      const refused = bucket.take(1, startMs);
      if (refused.granted) throw new Error('an empty bucket granted');
      expect(bucket.take(1, startMs + refused.waitMs)).toEqual(granted);
    }),
  );
});

test('in any time no more is granted than the burst and what came back', () => {
  fc.assert(
    fc.property(
      rate,
      fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 60 }),
      (limits, pauses) => {
        const bucket = new TokenBucket(limits, 0);
        let nowMs = 0;
        let taken = 0;
        for (const pause of pauses) {
          nowMs += pause;
          if (bucket.take(1, nowMs).granted) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(limits.burst + (nowMs / 1000) * limits.perSecond + 0.002);
      },
    ),
  );
});
