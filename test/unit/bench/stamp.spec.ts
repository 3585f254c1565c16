import { describe, expect, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { channelAt, findStamp, numberAt, stamped, stampOf } from '../../../bench/load/stamp.js';

const stamp = { number: 1234, channel: 17, stream: 1, dueAt: 98_765.432 };
const data = stamped(stamp, 200);

/** A message as each kind of server sends it. */
const packets: [string, string][] = [
  [
    'carillon',
    `42["message",${JSON.stringify({ channel: 'bench:a-17', id: 'message-17-1234', data, position: 'e-1' })}]`,
  ],
  [
    'room',
    `42["message",${JSON.stringify({ room: 'bench:a-17', id: 'message-17-1234', text: data })}]`,
  ],
  [
    'centrifugo',
    JSON.stringify({
      push: {
        channel: 'bench:a-17',
        pub: { data: { id: 'message-17-1234', text: data }, offset: 9 },
      },
    }),
  ],
];

describe.each(packets)('the stamp in a message of %s', (_, packet) => {
  const before = 'other';
  const bytes = Buffer.from(before + packet + before);
  const start = before.length;
  const end = start + packet.length;
  const at = start + packet.indexOf(data);

  test('is found without decoding', () => {
    expect(findStamp(bytes, start, end, 0)).toBe(at);
    expect([numberAt(bytes, at), channelAt(bytes, at)]).toEqual([1234, 17]);
  });

  test('is found where the last one was, and where it was not', () => {
    for (const hint of [at - start, at - start - 1, at - start + 1, 1, 10_000])
      expect(findStamp(bytes, start, end, hint)).toBe(at);
  });

  test('is not found in what is cut off', () => {
    expect(findStamp(bytes, start, at + 30, at - start)).toBe(-1);
  });
});

test.each([0, 9, 10, 4_294_967_295, 9_999_999_999])(
  'number %d is read as it was written',
  (number) => {
    const text = `"${stamped({ ...stamp, number, channel: 999_999 }, 64)}"`;
    const bytes = Buffer.from(text);
    expect(findStamp(bytes, 0, bytes.length, 0)).toBe(1);
    expect([numberAt(bytes, 1), channelAt(bytes, 1)]).toEqual([number, 999_999]);
    expect(stampOf(text.slice(1, -1))?.number).toBe(number);
  },
);

test('a message without a stamp has none', () => {
  const bytes = Buffer.from(JSON.stringify({ channel: 'a', data: 'x'.repeat(200) }));
  expect(findStamp(bytes, 0, bytes.length, 12)).toBe(-1);
});
