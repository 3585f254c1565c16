import { expect, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { JoinedFrames } from '../../../src/delivery/joined-frames.js';

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
  const first = joined.join([a, b]);
  joined.release();
  const again = joined.join([a, b]);
  expect(again).toEqual(first);
  expect(again).not.toBe(first);
});
