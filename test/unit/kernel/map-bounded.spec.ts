import { expect, test } from '@jest/globals';
import { mapBounded } from '../../../src/kernel/map-bounded.js';

test('results come in the order of the items, whoever finishes first', async () => {
  const gates = [gate(), gate()];
  const running = mapBounded([0, 1], 2, (index) => gates[index]?.promise ?? Promise.resolve(''));
  gates[1]?.resolve('second');
  gates[0]?.resolve('first');
  expect(await running).toEqual(['first', 'second']);
});

test('no more than the width run at once', async () => {
  let running = 0;
  let most = 0;
  await mapBounded(Array.from({ length: 20 }), 3, async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
  });
  expect(most).toBe(3);
});

test('after a rejection nothing more is begun, and it is told when the others have settled', async () => {
  const begun: number[] = [];
  let settled = 0;
  const mapping = mapBounded([0, 1, 2, 3], 2, async (item) => {
    begun.push(item);
    if (item === 0) throw new Error('the first');
    await new Promise(setImmediate);
    settled += 1;
  });
  await expect(mapping).rejects.toThrow('the first');
  expect(begun).toEqual([0, 1]);
  expect(settled).toBe(1);
});

test('nothing to do is done at once', async () => {
  expect(await mapBounded([], 4, () => Promise.resolve(1))).toEqual([]);
});

interface Gate {
  readonly promise: Promise<string>;
  readonly resolve: (value: string) => void;
}

function gate(): Gate {
  let resolve: (value: string) => void = () => undefined;
  const promise = new Promise<string>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
