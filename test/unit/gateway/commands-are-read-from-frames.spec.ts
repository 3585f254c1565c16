import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Decoder, PacketType } from 'socket.io-parser';
import { eventAt, EVENT_BYTES_MAX } from '../../../src/gateway/incoming-event.js';
import { maskedTextFrame } from '../../../src/kernel/websocket-frame.js';

const MASK = [0xde, 0xad, 0xbe, 0xef];

/** What Socket.IO reads from the payload of a frame; null: no event, or nothing that it would take. */
function stock(payload: string): { id: number | null; data: unknown } | null {
  if (!payload.startsWith('4')) return null;
  let read: { id: number | null; data: unknown } | null = null;
  const decoder = new Decoder();
  decoder.on('decoded', ({ type, nsp, id, data }) => {
    if (type === PacketType.EVENT && nsp === '/') read = { id: id ?? null, data: data as unknown };
  });
  try {
    decoder.add(payload.slice(1));
  } catch {
    return null;
  }
  return read;
}

function ours(payload: string): { id: number | null; data: unknown } | null {
  const frame = maskedTextFrame(payload, MASK);
  const event = eventAt(frame, 0, frame.length, EVENT_BYTES_MAX);
  if (!event) return null;
  expect(event.end).toBe(frame.length);
  return { id: event.id, data: event.data };
}

const name = fc.constantFrom('publish', 'subscribe', 'clock', 'ü');
const packets = fc
  .tuple(fc.option(fc.nat(), { nil: null }), name, fc.jsonValue())
  .map(([id, event, body]) => `42${id ?? ''}${JSON.stringify([event, body])}`);
/** Packets with one piece of them changed. */
const broken = fc
  .tuple(packets, fc.nat(), fc.nat({ max: 3 }), fc.string({ maxLength: 3, unit: 'binary' }))
  .map(([packet, at, cut, piece]) => {
    const from = at % packet.length;
    return packet.slice(0, from) + piece + packet.slice(from + cut);
  });

describe('an event in a frame', () => {
  test('is what Socket.IO would read', () => {
    fc.assert(fc.property(packets, (packet) => expect(ours(packet)).toEqual(stock(packet))));
  });

  test('is never another than Socket.IO would read, whatever was changed in it', () => {
    fc.assert(
      fc.property(broken, (packet) => {
        const event = ours(packet);
        const read = stock(packet);
        // Nobody takes what has no name.
        const isTaken = event !== null && typeof (event.data as unknown[])[0] === 'string';
        expect(isTaken ? event : read).toEqual(read);
      }),
    );
  });

  test('leaves the bytes as they were', () => {
    const frame = maskedTextFrame('421["clock",{}]', MASK);
    const before = Buffer.from(frame);
    eventAt(frame, 0, frame.length, EVENT_BYTES_MAX);
    expect(frame.equals(before)).toBe(true);
  });

  test('is found behind another, and only when it is whole', () => {
    const first = maskedTextFrame('421["clock",{}]', MASK);
    const both = Buffer.concat([first, maskedTextFrame('422["clock",{}]', MASK)]);
    expect(eventAt(both, first.length, both.length, EVENT_BYTES_MAX)?.id).toBe(2);
    for (let end = 0; end < first.length; end += 1)
      expect(eventAt(both, 0, end, EVENT_BYTES_MAX)).toBeNull();
  });

  const valid = maskedTextFrame('421["clock",{}]', MASK);
  const changed = (index: number, byte: number): Buffer => {
    const copy = Buffer.from(valid);
    copy[index] = byte;
    return copy;
  };

  test.each<[string, Buffer]>([
    ['binary', changed(0, 0x82)],
    ['the first of several', changed(0, 0x01)],
    ['the rest of several', changed(0, 0x80)],
    ['compressed', changed(0, 0xc1)],
    ['a ping', changed(0, 0x89)],
    ['a close', changed(0, 0x88)],
    ['not masked', changed(1, (valid[1] ?? 0) & 0x7f)],
    ['of a length in eight bytes', changed(1, 0xff)],
    ['for another namespace', maskedTextFrame('42/admin,1["clock",{}]', MASK)],
    ['a pong of Engine.IO', maskedTextFrame('3', MASK)],
    ['a goodbye', maskedTextFrame('41', MASK)],
    ['binary behind a head', maskedTextFrame('451-["publish",{}]', MASK)],
    ['of a number that is not safe', maskedTextFrame('429007199254740993["clock",{}]', MASK)],
    ['empty', maskedTextFrame('', MASK)],
    ['no array', maskedTextFrame('421{"a":1}', MASK)],
    ['broken JSON', maskedTextFrame('421["clock",', MASK)],
    ['longer than its buffer', maskedTextFrame(`42["${'x'.repeat(EVENT_BYTES_MAX)}"]`, MASK)],
  ])('is not taken from a frame that is %s', (_what, frame) => {
    expect(eventAt(frame, 0, frame.length, 65_535)).toBeNull();
  });

  test('is not taken when it is longer than the server allows', () => {
    expect(eventAt(valid, 0, valid.length, 10)).toBeNull();
  });

  test('is not taken when it is no UTF-8', () => {
    const frame = maskedTextFrame('421["clock","x"]', MASK);
    const at = 6 + '421["clock","'.length;
    frame[at] = 0xff ^ (MASK[(at - 6) & 3] ?? 0);
    expect(eventAt(frame, 0, frame.length, EVENT_BYTES_MAX)).toBeNull();
  });
});
