import { Buffer } from 'node:buffer';
import { setImmediate as immediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import type { LogEntry } from '../../../src/broker/log-entry.js';
import { EncodedMessage } from '../../../src/delivery/encoded-message.js';
import { CHANNEL, EPOCH, message, outboxUnderTest } from './outbox-under-test.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const READ_BYTES = 65_536;
const TEXT = `42["message",{"channel":"${CHANNEL}","data":"sälü"`;

/** What lies in the middle of a whole read of the store. */
function inChunk(bytes: Buffer): Buffer {
  const chunk = Buffer.alloc(Math.max(READ_BYTES, 2 * bytes.length));
  bytes.copy(chunk, 1_000);
  return chunk.subarray(1_000, 1_000 + bytes.length);
}

function entry(over: Partial<LogEntry> = {}): LogEntry {
  const plain = { ...message(2).entry, text: Buffer.from(TEXT), ...over };
  return { ...plain, text: inChunk(plain.text), parts: plain.parts.map(inChunk) };
}

function held({ text, parts }: LogEntry): number {
  const all = new Set([text, ...parts].map(({ buffer }) => buffer));
  return [...all].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** A connection whose kernel takes nothing, and to which something is owed. */
function behind() {
  const under = outboxUnderTest();
  under.wire.takes = false;
  under.outbox.pushMessage(under.subscription, message(1, {}, 66_000));
  under.outbox.flush();
  return under;
}

test('a message that has to wait lets go of what came with it', () => {
  const { outbox, subscription } = behind();
  const small = new EncodedMessage(entry(), false);
  outbox.pushMessage(subscription, small);
  outbox.flush();
  expect(held(small.entry)).toBeLessThan(2 * TEXT.length + 200);
});

test('so does one that comes while others wait, and one with parts', () => {
  const { outbox, subscription } = behind();
  outbox.pushMessage(subscription, message(2, {}, 2_000));
  outbox.flush();
  const small = new EncodedMessage(entry({ offset: 3 }), false);
  const large = new EncodedMessage(entry({ offset: 4, parts: [Buffer.of(1, 2, 3)] }), false);
  outbox.pushMessage(subscription, small);
  outbox.pushMessage(subscription, large);
  outbox.flush();
  expect(held(small.entry)).toBeLessThan(2 * TEXT.length + 200);
  expect(held(large.entry)).toBeLessThan(2 * TEXT.length + 200);
});

test('what leaves at once is not copied', () => {
  const { outbox, subscription, wire } = outboxUnderTest();
  const small = new EncodedMessage(entry({ offset: 1 }), false);
  outbox.pushMessage(subscription, small);
  outbox.flush();
  expect(wire.sent).toHaveLength(1);
  expect(held(small.entry)).toBe(READ_BYTES);
});

test('once it has drained, what comes next is not copied any more', () => {
  const { outbox, subscription, wire } = behind();
  outbox.pushMessage(subscription, message(2, {}, 2_000));
  outbox.flush();
  wire.takes = true;
  wire.drain();
  const next = new EncodedMessage(entry({ offset: 3, ttlMs: 60_000 }), false);
  outbox.pushMessage(subscription, next);
  outbox.flush();
  expect(wire.sent).toHaveLength(3);
  expect(held(next.entry)).toBe(READ_BYTES);
});

/** Both ways to send an entry, after it was kept and as it came. */
function expectSame(parts: readonly Buffer[]): void {
  const kept = new EncodedMessage(entry({ parts }), true);
  const plain = new EncodedMessage(entry({ parts }), true);
  kept.frames(false);
  kept.keep();
  kept.keep();
  for (const withPosition of [true, false]) {
    expect(kept.frames(withPosition)).toEqual(plain.frames(withPosition));
    expect(kept.packet(withPosition)).toEqual(plain.packet(withPosition));
  }
  expect(kept.entry).toEqual(plain.entry);
  expect(kept.bytes).toBe(plain.bytes);
}

test('also once it is sent without its position', () => {
  const kept = new EncodedMessage(entry(), false);
  kept.keep();
  const frame = kept.frames(false);
  expect(frame.buffer.byteLength).toBe(frame.length);
  expect(kept.frames(false)).toBe(frame);
});

test('of what was sent before its turn its place alone is remembered', async () => {
  const { subscription } = outboxUnderTest();
  const ahead = (): WeakRef<LogEntry> => {
    const sent = entry({ offset: 5, chain: '5'.repeat(16) });
    subscription.overtakes(sent);
    return new WeakRef(sent);
  };
  const sent = ahead();
  // What a turn looked up lives as long as the turn.
  await immediate();
  collectGarbage();
  expect(sent.deref()).toBeUndefined();
  expect(subscription.wasSentAhead({ epoch: EPOCH, offset: 5, chain: '5'.repeat(16) })).toBe(true);
});

test('text that was kept is sent as it would have been', () => {
  expectSame([]);
});

test('so are binary parts, short ones and long ones', () => {
  expectSame([Buffer.from([1, 2, 3])]);
  expectSame([Buffer.from([1, 2, 3]), Buffer.alloc(70_000, 7), Buffer.alloc(0), Buffer.alloc(130)]);
});
