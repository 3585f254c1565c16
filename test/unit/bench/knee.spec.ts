import { describe, expect, test } from '@jest/globals';
import { narrowed, raised } from '../../../bench/measure/knee.js';

/** A server that carries so much, and what it was asked. */
function serverOf(knee: number) {
  const asked: number[] = [];
  const carries = (rate: number): Promise<boolean> => {
    asked.push(rate);
    return Promise.resolve(rate <= knee);
  };
  return { asked, carries };
}

describe('the knee', () => {
  test.each([13, 37, 199, 200, 201, 399, 6_399, 6_401, 7_999, 12_750])(
    'of a server that carries %d/s is found to 5 %',
    async (knee) => {
      const { carries } = serverOf(knee);
      const found = await narrowed(200, carries);
      expect(found).toBeLessThanOrEqual(knee);
      expect(found).toBeGreaterThanOrEqual(Math.floor(knee / 1.05) - 1);
    },
  );

  test('is exceeded by 120 % of it', async () => {
    for (let knee = 20; knee < 20_000; knee = Math.ceil(knee * 1.07)) {
      expect((await narrowed(200, serverOf(knee).carries)) * 1.2).toBeGreaterThan(knee);
    }
  });

  test('takes a bounded number of runs', async () => {
    for (let knee = 200; knee < 20_000; knee = Math.ceil(knee * 1.07)) {
      const { asked, carries } = serverOf(knee);
      await narrowed(200, carries);
      // Seven rates to double, the last of them twice, and six halvings that may each be asked twice.
      expect(asked.length).toBeLessThanOrEqual(7 + 2 + 6 * 2);
    }
  });

  test('is not moved by one failure', async () => {
    const failed = new Set<number>();
    const found = await narrowed(200, (rate) => {
      if (rate <= 6_400 && !failed.has(rate)) {
        failed.add(rate);
        return Promise.resolve(false);
      }
      return Promise.resolve(rate <= 6_400);
    });
    expect(found).toBe(6_400);
  });

  test('of a server that carries nothing does not exist', async () => {
    await expect(narrowed(200, () => Promise.resolve(false))).rejects.toThrow('10/s');
  });

  test('that was found too low is raised until an overload of it is one', async () => {
    const { asked, carries } = serverOf(1_000);
    expect(await raised(700, 1.2, carries)).toBe(966);
    expect(asked).toEqual([840, 1_008, 1_008, 924, 966]);
  });

  test('that was found too low is not kept there by one failure', async () => {
    let hasFailed = false;
    const found = await raised(850, 1.2, (rate) => {
      const isFlaw = !hasFailed;
      hasFailed = true;
      return Promise.resolve(!isFlaw && rate <= 1_100);
    });
    expect(found).toBeGreaterThan(1_100 / 1.06);
    expect(found).toBeLessThanOrEqual(1_100);
  });

  test('of which an overload is too much stays where it is', async () => {
    expect(await raised(1_000, 1.2, serverOf(1_000).carries)).toBe(1_000);
  });

  test('is raised a bounded number of times', async () => {
    const { asked, carries } = serverOf(1_000_000);
    await raised(100, 1.2, carries);
    expect(asked).toHaveLength(4);
  });
});
