import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Position } from '../../../src/broker/position.js';
import { OffsetRanges } from '../../../src/delivery/offset-ranges.js';
import { message } from './outbox-under-test.js';

const at = (offset: number): Position => message(offset).entry;

function rangesOf(offsets: readonly number[]): OffsetRanges {
  const ranges = new OffsetRanges();
  for (const offset of offsets) ranges.add(at(offset));
  return ranges;
}

/** Distinct offsets in ascending order. */
const offsets = fc
  .uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 })
  .map((some) => some.sort((a, b) => a - b));

test('the ranges hold every offset once, and never touch', () => {
  fc.assert(
    fc.property(offsets, (dropped) => {
      const ranges = rangesOf(dropped);
      const list = ranges.toArray();
      const held = list.flatMap(([from, to]) =>
        Array.from({ length: to - from + 1 }, (_, index) => from + index),
      );
      expect(held).toEqual(dropped);
      expect(ranges.count).toBe(dropped.length);
      for (const [index, [from]] of list.entries()) {
        expect(from).toBeGreaterThan((list[index - 1]?.[1] ?? -1) + 1);
      }
      expect(ranges.last?.offset ?? null).toBe(dropped.at(-1) ?? null);
    }),
  );
});

test('of however many ranges few are kept, and they hold all that was dropped', () => {
  const ranges = new OffsetRanges();
  const dropped = new Set<number>();
  for (let offset = 1; offset < 10_000; offset += 1) {
    if (offset % 2 === 0) continue;
    if (offset % 5 === 0) ranges.skip(at(offset), offset % 3 === 0 ? 'own' : 'excluded');
    else {
      ranges.add(at(offset));
      dropped.add(offset);
    }
  }
  const list = ranges.toArray();
  expect(list.length + ranges.skipped.length).toBeLessThanOrEqual(256);
  for (const [from, to] of list) {
    for (let offset = from; offset <= to; offset += 1) dropped.delete(offset);
  }
  expect([...dropped]).toEqual([]);
  expect(ranges.count).toBe(list.reduce((sum, [from, to]) => sum + to - from + 1, 0));
  expect(list).toEqual(list.toSorted(([a], [b]) => a - b));
  expect(ranges.last?.offset).toBe(9_999);
});

test('what was not for the session anyway is no loss, but is told, and is where the reader then stands', () => {
  const ranges = rangesOf([2, 3]);
  for (const offset of [4, 5]) ranges.skip(at(offset), 'own');
  ranges.skip(at(6), 'excluded');
  ranges.add(at(7));
  ranges.skip(at(8), 'excluded');
  expect(ranges.toArray()).toEqual([
    [2, 3],
    [7, 7],
  ]);
  expect(ranges.count).toBe(3);
  expect(ranges.skipped).toEqual([
    { from: 4, to: 5, reason: 'own' },
    { from: 6, to: 6, reason: 'excluded' },
    { from: 8, to: 8, reason: 'excluded' },
  ]);
  expect(ranges.last?.offset).toBe(8);
});

test('what was given out does not change when more is dropped', () => {
  const ranges = rangesOf([1]);
  const given = ranges.toArray();
  ranges.add(at(2));
  expect(given).toEqual([[1, 1]]);
  expect(ranges.toArray()).toEqual([[1, 2]]);
});
