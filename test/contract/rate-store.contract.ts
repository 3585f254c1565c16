import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RateStore } from '../../src/limits/rate-store.port.js';

export interface RateStoreUnderTest {
  readonly store: RateStore;
  end(): Promise<void>;
}

/** Fills so slowly that no test sees a token come back. */
const still = { perSecond: 0.001, burst: 10 };
/** Is full again within a millisecond. */
const swift = { perSecond: 100_000, burst: 10 };

/** What every store of rates promises. */
export function rateStoreContract(adapter: string, start: () => Promise<RateStoreUnderTest>): void {
  describe(`rate store contract: ${adapter}`, () => {
    let store: RateStore;
    let end: () => Promise<void>;

    beforeAll(async () => {
      ({ store, end } = await start());
    });

    afterAll(() => end());

    test('a bucket begins full, gives what is wanted, and then what is left', async () => {
      const bucket = randomUUID();
      expect(await store.lease(bucket, still, 7)).toMatchObject({ granted: 7, holders: 1 });
      const rest = await store.lease(bucket, still, 7);
      expect(rest.granted).toBe(3);
      expect(rest.left).toBeLessThan(1);
      expect((await store.lease(bucket, still, 1)).granted).toBe(0);
    });

    test('tells what it still holds', async () => {
      const { left } = await store.lease(randomUUID(), still, 4);
      expect(left).toBeGreaterThanOrEqual(6);
      expect(left).toBeLessThan(6.1);
    });

    test('buckets do not touch each other', async () => {
      const [one, other] = [`u:chat:${randomUUID()}`, `u:chat:ünï{1}:${randomUUID()}`];
      await store.lease(one, still, 10);
      expect((await store.lease(other, still, 10)).granted).toBe(10);
    });

    test('leases that are asked for at once never add up to more than there was', async () => {
      const bucket = randomUUID();
      const leases = await Promise.all(
        Array.from({ length: 8 }, () => store.lease(bucket, still, 3)),
      );
      expect(leases.reduce((sum, { granted }) => sum + granted, 0)).toBe(10);
    });

    test('a bucket fills again, up to its burst', async () => {
      const bucket = randomUUID();
      let granted = 0;
      for (let count = 0; count < 50; count += 1) {
        const lease = await store.lease(bucket, swift, 10);
        expect(lease.granted + lease.left).toBeLessThanOrEqual(10.001);
        granted += lease.granted;
      }
      expect(granted).toBeGreaterThan(10);
    });
  });
}
