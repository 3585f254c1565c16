import { describe, expect, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import type { LogEntry } from '../../../src/broker/log-entry.js';
import { fitReply, fitReplyFromEnd } from '../../../src/delivery/reply-page.js';
import { message } from './outbox-under-test.js';

const KIB = 1_024;

/** Entries of offsets 1, 2, 3 …, each with so many bytes of text and such parts. */
function entries(count: number, textBytes: number, partSizes: readonly number[] = []): LogEntry[] {
  return Array.from(
    { length: count },
    (_, index) =>
      message(index + 1, {
        text: Buffer.alloc(textBytes, 0x20),
        parts: partSizes.map((size) => Buffer.alloc(size)),
      }).entry,
  );
}

const offsets = (page: readonly LogEntry[]) => page.map(({ offset }) => offset);

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe.each<[string, LogEntry[], number]>([
  ['the 256th message', entries(300, 10), 255],
  ['192 KiB of text', entries(4, 64 * KIB), 3],
  ['192 KiB of text and one byte more', entries(3, 64 * KIB + 1), 2],
  ['192 KiB of text and binary together', entries(4, 32 * KIB, [16 * KIB, 16 * KIB]), 3],
  ['the 10th binary part', entries(12, 10, [1]), 9],
  ['the message that holds the 10th binary part', entries(12, 10, [1, 1, 1, 1]), 2],
])('a reply ends before %s', (_what, all, count) => {
  test('read forward', () => {
    expect(offsets(fitReply(all))).toEqual(range(1, count));
  });

  test('read backward, with the newest and still oldest first', () => {
    expect(offsets(fitReplyFromEnd(all))).toEqual(range(all.length - count + 1, all.length));
  });
});

test.each<[string, LogEntry[]]>([
  ['of more than 192 KiB', entries(2, 200 * KIB)],
  ['with more binary parts than a reply may have', entries(2, 10, Array<number>(10).fill(1))],
])('one message %s is a reply of its own', (_what, all) => {
  expect(offsets(fitReply(all))).toEqual([1]);
  expect(offsets(fitReplyFromEnd(all))).toEqual([2]);
});

test('a page read backward is filled from its new end, whatever the old end weighs', () => {
  const [first, ...light] = entries(4, 10);
  const [heavy] = entries(1, 192 * KIB);
  if (!first || !heavy) throw new Error('no entries');
  expect(offsets(fitReplyFromEnd([heavy, ...light]))).toEqual([2, 3, 4]);
  expect(offsets(fitReply([first, { ...heavy, offset: 2 }]))).toEqual([1]);
});

test('a reply of nothing is empty, and one that fits is whole', () => {
  expect(fitReply([])).toEqual([]);
  expect(fitReplyFromEnd([])).toEqual([]);
  const few = entries(3, 10);
  expect(fitReply(few)).toEqual(few);
  expect(fitReplyFromEnd(few)).toEqual(few);
});
