import { expect, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { frameHeaderBytes, websocketFrame } from '../../../src/kernel/websocket-frame.js';

/** Read as RFC 6455, section 5.2 says, by nothing that wrote it. */
function readFrame(frame: Buffer) {
  const [first = 0, second = 0] = frame;
  const short = second & 0x7f;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  const length =
    start === 4 ? frame.readUInt16BE(2) : start === 10 ? Number(frame.readBigUInt64BE(2)) : short;
  return {
    isWhole: (first & 0x80) !== 0,
    reserved: first & 0x70,
    opcode: first & 0x0f,
    isMasked: (second & 0x80) !== 0,
    start,
    length,
    payload: frame.subarray(start),
  };
}

test.each([
  [0, 2],
  [1, 2],
  [125, 2],
  [126, 4],
  [127, 4],
  [65_535, 4],
  [65_536, 10],
  [1_048_576, 10],
])('a payload of %d bytes has a header of %d', (bytes, start) => {
  const payload = Buffer.alloc(bytes, 0xa5);
  expect(frameHeaderBytes(bytes)).toBe(start);
  for (const [isBinary, opcode] of [
    [false, 1],
    [true, 2],
  ] as const) {
    const frame = websocketFrame(payload, isBinary);
    expect(frame).toHaveLength(start + bytes);
    const { payload: read, ...head } = readFrame(frame);
    expect(head).toEqual({
      isWhole: true,
      reserved: 0,
      opcode,
      isMasked: false,
      start,
      length: bytes,
    });
    expect(read.equals(payload)).toBe(true);
  }
});
