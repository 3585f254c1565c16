import { expect, test } from '@jest/globals';
import type { Page } from '../src/verify/ask-history.js';
import { logOf } from '../src/verify/log-of.js';
import { Unable } from '../src/unable.js';

const epoch = 'e'.repeat(16);

test('a log is read to its end through pages that are empty, as those with two marks of lost tails are', async () => {
  const marks = page([], { at: 107 });
  const log = await logOf('chat:a', pages({ top: marks, 107: page([3, 4], { at: 4 }), 3: rest() }));
  expect(log).toMatchObject({ epoch, floor: 0 });
  expect(log.entries.map(({ offset }) => offset)).toEqual([1, 2, 3, 4]);
});

test('a log without messages ends where its newest page does', async () => {
  const log = await logOf('chat:a', pages({ top: page([], { at: 7, more: false }) }));
  expect(log).toEqual({ channel: 'chat:a', epoch, floor: 7, entries: [] });
});

test.each([
  ['empty pages that stand still', { top: page([], { at: 7 }), 7: page([], { at: 7 }) }],
  ['pages that begin again', { top: page([5], { at: 5 }), 5: page([5], { at: 5 }) }],
  ['pages that go up', { top: page([], { at: 7 }), 7: page([8, 9], { at: 9 }) }],
  ['a place that cannot be read', { top: { ...page([], { at: 7 }), position: 'top' } }],
])('a log of %s cannot be read, and nobody waits for it', async (_, all) => {
  await expect(logOf('chat:a', pages(all))).rejects.toThrow(Unable);
});

/** Each by the offset before which it is asked for. */
function pages(all: Readonly<Record<string, Page>>) {
  return async (_: string, before: string | null): Promise<Page> => {
    const found = all[before === null ? 'top' : before.slice(33)];
    if (found === undefined) throw new Error(`nobody knows what is before ${before}`);
    return found;
  };
}

function rest(): Page {
  return page([1, 2], { at: 2, more: false });
}

function page(offsets: readonly number[], { at, more = true }: { at: number; more?: boolean }) {
  const messages = offsets.map((offset) => {
    return { offset, id: `m${offset}`, data: offset, at: offset, position: positionOf(offset) };
  });
  return { messages, more, position: positionOf(at) };
}

function positionOf(offset: number): string {
  return `1${epoch}${'c'.repeat(16)}${offset}`;
}
