import { expect, jest, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { EncodedMessage } from '../../../src/delivery/encoded-message.js';
import { JoinedFrames } from '../../../src/delivery/joined-frames.js';
import { message } from './outbox-under-test.js';

const [a, b, c] = ['first ', 'second ', 'third'].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
];

test('connections that are owed the same frames get the very same bytes', () => {
  const joined = new JoinedFrames();
  const first = joined.join([a, b, c]);
  expect(first.toString()).toBe('first second third');
  // Another list, as each connection has its own.
  expect(joined.join([a, b, c])).toBe(first);
});

test('one frame is not copied at all, and does not push out what was joined', () => {
  const joined = new JoinedFrames();
  const burst = joined.join([a, b]);
  expect(joined.join([c])).toBe(c);
  expect(joined.join([a, b])).toBe(burst);
});

test.each([
  ['others', [a, c]],
  ['more', [a, b, c]],
  ['another order', [b, a]],
  ['equal bytes of another message', [a, Buffer.from(b)]],
])('who is owed %s gets its own bytes', (_what, frames) => {
  const joined = new JoinedFrames();
  const first = joined.join([a, b]);
  const other = joined.join(frames);
  expect(other).not.toBe(first);
  expect(other).toEqual(Buffer.concat(frames));
  expect(first.toString()).toBe('first second ');
});

test('nothing is held on to after the turn', () => {
  const joined = new JoinedFrames();
  const frames = joined.join([a, b]);
  const row = [message(1), message(2)];
  const whole = joined.joinAll(row);
  joined.release();
  for (const [before, again] of [
    [frames, joined.join([a, b])],
    [whole, joined.joinAll(row)],
  ]) {
    expect(again).toEqual(before);
    expect(again).not.toBe(before);
  }
});

test('connections of many channels that are written to in turn share what each channel is owed', () => {
  const joined = new JoinedFrames();
  const urgent = message(1);
  const rows = Array.from({ length: 20 }, (_, index) =>
    // It may have come before what its receivers are owed besides, or behind it.
    index % 2 === 0 ? [message(2 * index), urgent] : [urgent, message(2 * index)],
  );
  const firsts = rows.map((row) => joined.joinAll(row));
  expect(firsts.map(String)).toEqual(rows.map(written));
  // Other lists, as each connection has its own.
  for (const [index, row] of rows.entries()) expect(joined.joinAll([...row])).toBe(firsts[index]);
});

test.each<[string, (row: EncodedMessage[]) => EncodedMessage[]]>([
  ['others behind the same first', ([first]) => [first as EncodedMessage, message(8)]],
  ['more', (row) => [...row, message(8)]],
  ['fewer', (row) => row.slice(0, 2)],
  ['equal messages', (row) => row.map(({ entry }) => new EncodedMessage(entry, false))],
])('who is owed %s in a turn gets its own bytes', (_what, change) => {
  const joined = new JoinedFrames();
  const row = [message(1), message(2), message(3)];
  const first = joined.joinAll(row);
  const other = change(row);
  const bytes = joined.joinAll(other);
  expect(bytes).not.toBe(first);
  expect(String(bytes)).toBe(written(other));
});

test.each([
  ['32 newer ones', 32, 10],
  ['a mebibyte of newer ones', 3, 200_000],
])('of rows there are never more than %s', (_what, count, bytes) => {
  const joined = new JoinedFrames();
  const old = [message(1), message(2)];
  const first = joined.joinAll(old);
  const add = (): Buffer => joined.joinAll([message(3, {}, bytes), message(4, {}, bytes)]);
  for (let index = 1; index < count; index += 1) add();
  expect(joined.joinAll(old)).toBe(first);
  add();
  expect(joined.joinAll(old)).not.toBe(first);
});

test('rows are let go of by themselves where nobody says that all is written', () => {
  jest.useFakeTimers();
  try {
    const joined = new JoinedFrames();
    const row = [message(1), message(2)];
    const first = joined.joinAll(row);
    jest.advanceTimersByTime(999);
    expect(joined.joinAll(row)).toBe(first);
    jest.advanceTimersByTime(1);
    expect(joined.joinAll(row)).not.toBe(first);
  } finally {
    jest.useRealTimers();
  }
});

function written(row: readonly EncodedMessage[]): string {
  return String(Buffer.concat(row.map((one) => one.frames(true))));
}
