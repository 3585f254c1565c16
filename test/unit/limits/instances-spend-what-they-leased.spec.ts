import { describe, expect, test } from '@jest/globals';
import type { RateConfig } from '../../../src/config/config.js';
import { LeasedBucket } from '../../../src/limits/leased-bucket.js';
import type { Lease, RateStore } from '../../../src/limits/rate-store.port.js';
import { type Taking, TokenBucket } from '../../../src/limits/token-bucket.js';
import { HeldClock } from './limits-at.js';

const NAME = 'n:chat';

/** One bucket that instances share, answering when the test says so. */
class SharedBucket implements RateStore {
  readonly holding = 0.25;
  asked = 0;
  isAway = false;
  holders = 1;
  #held: (() => void)[] | null = null;
  readonly #bucket: TokenBucket;

  constructor(
    rate: RateConfig,
    private readonly clock: HeldClock,
  ) {
    this.#bucket = new TokenBucket(rate, clock.ms);
  }

  /** From now on answers wait. */
  hold(): void {
    this.#held = [];
  }

  /** Answers what waits, and from now on at once. */
  async release(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = null;
    for (const answer of held) answer();
    await settled();
  }

  async lease(_name: string, _rate: RateConfig, wanted: number): Promise<Lease> {
    this.asked += 1;
    const { isAway } = this;
    if (this.#held) await new Promise<void>((resolve) => this.#held?.push(resolve));
    if (isAway) throw new Error('away');
    const granted = this.#bucket.takeUpTo(wanted, this.clock.ms);
    return { granted, left: this.#bucket.level(this.clock.ms), holders: this.holders };
  }
}

/** Everything that needed no store has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function shared(rate: RateConfig, instances = 1) {
  const clock = new HeldClock();
  const store = new SharedBucket(rate, clock);
  const buckets = Array.from(
    { length: instances },
    () => new LeasedBucket(NAME, rate, store, clock),
  );
  const [bucket = new LeasedBucket(NAME, rate, store, clock)] = buckets;
  return { clock, store, bucket, buckets };
}

async function granted(bucket: LeasedBucket, count: number): Promise<number> {
  const takings: Taking[] = await Promise.all(
    Array.from({ length: count }, async () => bucket.take()),
  );
  return takings.filter((taking) => taking.granted).length;
}

describe('a publish', () => {
  test('waits for the store only when it comes first: the rest is spent here', async () => {
    const { bucket, store } = shared({ perSecond: 100, burst: 100 });
    expect(await granted(bucket, 1)).toBe(1);
    store.hold();
    // A quarter of the burst is held here, so these are answered while the store says nothing.
    for (let count = 0; count < 25; count += 1) expect(bucket.take()).toEqual({ granted: true });
    // More were asked for by the way, once.
    expect(store.asked).toBe(2);
    expect(bucket.take()).toBeInstanceOf(Promise);
    await store.release();
    expect(bucket.take()).toEqual({ granted: true });
  });

  test('in a burst gets the whole burst, in the order of coming, and not one more', async () => {
    const { bucket, clock } = shared({ perSecond: 10, burst: 100 });
    const order: number[] = [];
    const takings = Array.from({ length: 130 }, async (_, index) => {
      const taking = await bucket.take();
      if (taking.granted) order.push(index);
      return taking;
    });
    const answers = await Promise.all(takings);
    expect(order).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(answers.at(-1)).toEqual({ granted: false, waitMs: 100 });
    // Refused at once, without the store, until the time that was told.
    expect(bucket.take()).toEqual({ granted: false, waitMs: 100 });
    clock.ms += 100;
    expect(await bucket.take()).toEqual({ granted: true });
  });

  test('finds what was held for it, also when it comes rarely and the bucket is full', async () => {
    const { bucket, store, clock } = shared({ perSecond: 10, burst: 40 });
    await granted(bucket, 1);
    for (let count = 0; count < 20; count += 1) {
      clock.ms += 30_000;
      expect(bucket.isIdle()).toBe(false);
      expect(bucket.take()).toEqual({ granted: true });
      await settled();
    }
    // Half of a quarter of the burst is spent before it asks again.
    expect(store.asked).toBeLessThanOrEqual(6);
    clock.ms += 60_001;
    expect(bucket.isIdle()).toBe(true);
  });

  test('that comes while others wait does not pass them', async () => {
    const { bucket, store } = shared({ perSecond: 100, burst: 4 });
    store.hold();
    const answered: string[] = [];
    const first = Promise.resolve(bucket.take()).then(() => answered.push('first'));
    const second = Promise.resolve(bucket.take()).then(() => answered.push('second'));
    await store.release();
    await Promise.all([first, second]);
    expect(answered).toEqual(['first', 'second']);
  });

  test('does not wait where more than a burst waits already', async () => {
    const { bucket, store } = shared({ perSecond: 50, burst: 3 });
    store.hold();
    const waiting = granted(bucket, 3);
    expect(bucket.take()).toEqual({ granted: false, waitMs: 20 });
    await store.release();
    expect(await waiting).toBe(3);
  });
});

describe('instances together', () => {
  test('never exceed the rate in the long run, and use it up', async () => {
    const rate = { perSecond: 100, burst: 50 };
    const { buckets, clock, store } = shared(rate, 4);
    store.holders = 4;
    let total = 0;
    const seconds = 20;
    for (let step = 0; step < seconds * 20; step += 1) {
      for (const bucket of buckets) total += await granted(bucket, 5);
      clock.ms += 50;
    }
    const exact = rate.burst + seconds * rate.perSecond;
    expect(total).toBeLessThanOrEqual(exact);
    expect(total).toBeGreaterThan(0.95 * exact);
  });

  test('exceed a burst by what they hold unspent at most: about a quarter of it', async () => {
    const rate = { perSecond: 100, burst: 80 };
    const { buckets, clock, store } = shared(rate, 4);
    store.holders = 4;
    for (const bucket of buckets) await granted(bucket, 1);
    // The shared bucket is full again, and each instance holds its share.
    clock.ms += 10_000;
    let total = 0;
    for (const bucket of buckets) total += await granted(bucket, 80);
    expect(total).toBeGreaterThan(80);
    expect(total).toBeLessThanOrEqual(80 * 1.25);
  });
});

describe('a small burst', () => {
  test('is neither exceeded nor cut short by what instances hold: they hold nothing of it', async () => {
    const rate = { perSecond: 1, burst: 4 };
    const { buckets, clock, store } = shared(rate, 8);
    store.holders = 8;
    for (const bucket of buckets) {
      expect(await granted(bucket, 1)).toBe(1);
      clock.ms += 60_000;
    }
    let total = 0;
    for (const bucket of buckets) total += await granted(bucket, 1);
    expect(total).toBe(4);
  });

  test('of one is not lost when what was granted is given back a moment later', async () => {
    const { bucket, clock } = shared({ perSecond: 1, burst: 1 });
    expect(await granted(bucket, 1)).toBe(1);
    clock.ms += 50;
    bucket.giveBack();
    clock.ms += 50;
    expect(await granted(bucket, 1)).toBe(1);
    expect(await granted(bucket, 1)).toBe(0);
  });

  test('of two is two, at whichever instance', async () => {
    const { buckets } = shared({ perSecond: 1, burst: 2 }, 2);
    for (const bucket of buckets) expect(await granted(bucket, 1)).toBe(1);
    for (const bucket of buckets) expect(await granted(bucket, 1)).toBe(0);
  });
});

describe('while the store is away', () => {
  test('the share is of the instances that were heard of last, each time', async () => {
    const { bucket, clock, store } = shared({ perSecond: 40, burst: 80 });
    store.isAway = true;
    await granted(bucket, 100);
    store.isAway = false;
    store.holders = 8;
    clock.ms += 60_000;
    void bucket.take();
    await settled();
    await granted(bucket, 1);
    store.isAway = true;
    await granted(bucket, 1_000);
    let total = 0;
    for (let step = 0; step < 100; step += 1) {
      clock.ms += 100;
      total += await granted(bucket, 100);
    }
    // 10 s at an eighth of 40 a second.
    expect(total).toBeGreaterThanOrEqual(49);
    expect(total).toBeLessThanOrEqual(50);
  });

  test('what is told to be left is what it grants by itself', async () => {
    const { bucket, clock, store } = shared({ perSecond: 40, burst: 80 });
    store.holders = 4;
    await granted(bucket, 1);
    store.isAway = true;
    await granted(bucket, 1_000);
    clock.ms += 60_000;
    const { remaining } = bucket.allowance();
    expect(await granted(bucket, 1_000)).toBe(remaining);
    expect(bucket.allowance()).toEqual({ limit: 80, remaining: 0, waitMs: 100 });
  });

  test('what was given back makes nobody ask sooner', async () => {
    const { bucket, store } = shared({ perSecond: 40, burst: 80 });
    store.isAway = true;
    await granted(bucket, 1);
    const before = store.asked;
    for (let step = 0; step < 10; step += 1) {
      bucket.giveBack();
      expect(bucket.take()).toEqual({ granted: true });
      await settled();
    }
    expect(store.asked).toBe(before);
  });

  test('each goes on with its last share of the rate, never without a limit', async () => {
    const { bucket, clock, store } = shared({ perSecond: 40, burst: 80 });
    store.holders = 4;
    await granted(bucket, 1);
    store.isAway = true;
    const held = await granted(bucket, 1_000);
    // What it held, and a quarter of the burst for itself.
    expect(held).toBeLessThanOrEqual(80 / 4 + 80 / 4);
    let total = 0;
    for (let step = 0; step < 100; step += 1) {
      clock.ms += 100;
      total += await granted(bucket, 100);
    }
    // 10 s at a quarter of 40 a second.
    expect(total).toBeGreaterThanOrEqual(99);
    expect(total).toBeLessThanOrEqual(100);
  });

  test('a store that comes and goes gives nothing extra', async () => {
    const { bucket, clock, store } = shared({ perSecond: 1, burst: 10 });
    let total = await granted(bucket, 50);
    for (let round = 0; round < 20; round += 1) {
      store.isAway = round % 2 === 0;
      clock.ms += 1_000;
      total += await granted(bucket, 50);
      await settled();
    }
    // Its burst, one share of a burst alone, and the rate on both sides.
    expect(total).toBeLessThanOrEqual(10 + 10 + 20 + 20);
  });

  test('the store is asked once a second, and nobody waits for it', async () => {
    const { bucket, clock, store } = shared({ perSecond: 1000, burst: 1000 });
    store.isAway = true;
    await granted(bucket, 1);
    const before = store.asked;
    for (let step = 0; step < 10; step += 1) {
      clock.ms += 100;
      expect(bucket.take()).toEqual({ granted: true });
      await settled();
    }
    expect(store.asked).toBe(before + 1);
  });

  test('what the store says counts again as soon as it answers', async () => {
    const { bucket, clock, store } = shared({ perSecond: 1, burst: 4 });
    await granted(bucket, 4);
    store.isAway = true;
    clock.ms += 1_000;
    await granted(bucket, 10);
    store.isAway = false;
    clock.ms += 1_000;
    // This one asks again, and is answered alone.
    void bucket.take();
    await settled();
    clock.ms += 500;
    expect(await granted(bucket, 10)).toBeLessThanOrEqual(3);
    expect(bucket.take()).toMatchObject({ granted: false });
  });
});
