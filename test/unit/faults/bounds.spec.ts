import { describe, expect, test } from '@jest/globals';
import { BOUNDS, breachesIn, breachOf, ENOUGH } from '../../faults/bounds.js';
import { spreadOf } from '../../faults/spread.js';

const KILL = 'instance kill to caught up';
const times = (count: number, ms: number) => Array.from({ length: count }, () => ms);

describe('the bounds of the times that rows measure', () => {
  test.each(Object.entries(BOUNDS))('%s: exactly the bound is kept, more is not', (name, bound) => {
    expect(breachesIn(new Map([[name, times(ENOUGH, bound.atMost)]]))).toEqual([]);
    const [breach, ...others] = breachesIn(new Map([[name, times(ENOUGH, bound.atMost + 1)]]));
    expect(breach).toBe(
      `${name}: p99 is ${bound.atMost + 1} ms, wanted at most ${bound.atMost} ms (n ${ENOUGH}, max ${bound.atMost + 1} ms)`,
    );
    expect(others).toEqual([]);
  });

  test('a single slow one of few breaks the p99', () => {
    expect(breachesIn(new Map([[KILL, [...times(ENOUGH - 1, 100), 1_500]]]))).toHaveLength(1);
  });

  test('a single slow one of more than a hundred does not', () => {
    expect(breachesIn(new Map([[KILL, [...times(100, 100), 1_500]]]))).toEqual([]);
  });

  test('fewer times than are enough prove nothing, however slow', () => {
    expect(breachesIn(new Map([[KILL, times(ENOUGH - 1, 60_000)]]))).toEqual([]);
  });

  test('a time that nobody bounded breaks nothing', () => {
    expect(breachesIn(new Map([['how long it took', times(ENOUGH, 60_000)]]))).toEqual([]);
  });

  test('each broken bound is told, and none beside', () => {
    const told = breachesIn(
      new Map([
        [KILL, times(ENOUGH, 1_001)],
        ['Redis back to publish accepted', times(ENOUGH, 1_000)],
        ['dead peer freed', times(ENOUGH, 10_001)],
      ]),
    );
    expect(told.map((line) => line.split(':')[0])).toEqual([KILL, 'dead peer freed']);
  });

  test('a figure of which nothing was measured does not keep its bound', () => {
    const figure = { name: KILL, unit: 'ms', bound: { of: 'max', atMost: 1_000 } } as const;
    expect(breachOf(figure, spreadOf([]))).not.toBeNull();
  });
});
