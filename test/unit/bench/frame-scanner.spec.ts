import { expect, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { FrameScanner } from '../../../bench/wire/frame-scanner.js';
import { clientFrame, serverFrame } from '../../../bench/wire/text-frame.js';

const texts = fc.array(
  fc.record({
    text: fc.oneof(
      fc.string({ maxLength: 130 }),
      fc.integer({ min: 120, max: 70_000 }).map((size) => 'x'.repeat(Math.min(size, 65_535))),
    ),
    isMasked: fc.boolean(),
  }),
  { maxLength: 12 },
);
const cuts = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 40 });

test('every frame is found, however the stream is cut, and though what is read lies in the same memory', () => {
  fc.assert(
    fc.property(texts, cuts, (messages, sizes) => {
      const found: string[] = [];
      const scanner = new FrameScanner((bytes, start, end, opcode) =>
        found.push(`${opcode} ${bytes.toString('utf8', start, end)}`),
      );
      const stream = Buffer.concat(
        messages.map(({ text, isMasked }) => (isMasked ? clientFrame(text) : serverFrame(text))),
      );
      const memory = Buffer.alloc(70_000);
      for (let at = 0, read = 0; at < stream.length; read += 1) {
        const size = Math.min(sizes[read % sizes.length] ?? 1, stream.length - at);
        memory.fill(0xff);
        stream.copy(memory, 0, at, at + size);
        scanner.push(memory.subarray(0, size));
        at += size;
      }
      expect(found).toEqual(messages.map(({ text }) => `1 ${text}`));
    }),
    { numRuns: 300 },
  );
});

test('a frame longer than 65,535 bytes is found too', () => {
  const payload = 'y'.repeat(100_000);
  const head = Buffer.alloc(10);
  head.writeUInt8(0x81, 0);
  head.writeUInt8(127, 1);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  const stream = Buffer.concat([head, Buffer.from(payload), serverFrame('next')]);
  const found: number[] = [];
  const scanner = new FrameScanner((_bytes, start, end) => found.push(end - start));
  for (let at = 0; at < stream.length; at += 7) scanner.push(stream.subarray(at, at + 7));
  expect(found).toEqual([100_000, 4]);
});
