import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Subscription } from '../../../src/delivery/subscription.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import type { Gap } from '../../../src/protocol/gap.js';
import {
  EPOCH,
  type HeldWire,
  message,
  offsetOf,
  outboxUnderTest,
  type Sent,
} from './outbox-under-test.js';

const OTHER = 'chat:other' as ChannelName;

function withTwoChannels(bytesMax = 100_000, now = 1_000) {
  const under = outboxUnderTest({ bytesMax, now });
  const other = new Subscription(under.subscription.session, OTHER);
  other.startAt({ epoch: EPOCH, offset: 0, chain: '0'.repeat(16) });
  return { ...under, other };
}

function gapsIn(wire: HeldWire): Gap[] {
  return wire.sent.flatMap((one) => (one.event === 'gap' ? [one.gap] : []));
}

function drainAll(wire: HeldWire): void {
  wire.takes = true;
  for (let turn = 0; turn < 100; turn += 1) wire.drain();
}

describe('an overflow', () => {
  test('spares the urgent lane, and history after the gap begins with what was dropped', () => {
    const { wire, outbox, subscription, counted } = withTwoChannels();
    wire.takes = false;
    outbox.pushMessage(subscription, message(1, {}, 66_000));
    outbox.flush();
    for (let offset = 2; offset <= 20; offset += 1) {
      const lane = offset % 2 === 0 ? 3 : 1;
      outbox.pushMessage(subscription, message(offset, { lane }, 2_000));
      outbox.flush();
    }
    drainAll(wire);
    const sent = wire.sent.flatMap((one) => (one.event === 'message' ? [one.offset] : []));
    const odd = Array.from({ length: 9 }, (_, index) => 2 * index + 3);
    expect(sent.filter((offset) => offset % 2 === 1)).toEqual([1, ...odd]);
    const [gap, ...more] = gapsIn(wire);
    expect(more).toEqual([]);
    const lost = (gap?.ranges ?? []).map(([from]) => from);
    expect(lost.length).toBeGreaterThan(0);
    expect([...sent, ...lost].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    expect(gap).toMatchObject({ refill: true, reason: 'overflow', count: lost.length });
    expect(offsetOf(gap?.after ?? '')).toBeLessThan(Math.min(...lost));
    expect(offsetOf(gap?.position ?? '')).toBeGreaterThanOrEqual(offsetOf(gap?.after ?? ''));
    expect(counted.dropped).toBe(lost.length);
  });

  test('is told to each channel that lost something', () => {
    const { wire, outbox, subscription, other } = withTwoChannels();
    wire.takes = false;
    outbox.pushMessage(subscription, message(1, {}, 66_000));
    outbox.flush();
    for (let offset = 2; offset <= 5; offset += 1) {
      outbox.pushMessage(subscription, message(offset, { lane: 3 }, 5_000));
      outbox.pushMessage(other, message(offset - 1, { lane: 3 }, 5_000));
    }
    outbox.flush();
    drainAll(wire);
    const told = gapsIn(wire).map(({ channel, ranges, count }) => ({ channel, ranges, count }));
    expect(told).toEqual([
      { channel: subscription.channel, ranges: [[2, 5]], count: 4 },
      { channel: OTHER, ranges: [[1, 4]], count: 4 },
    ]);
  });
});

test('what waits is counted to the byte, here and in the stream, and is nothing when all has left', () => {
  const { wire, outbox, subscription, other, counted } = withTwoChannels();
  wire.takes = false;
  outbox.pushMessage(subscription, message(1, {}, 66_000));
  outbox.flush();
  expect(outbox.bytes).toBe(0);
  expect(counted.waiting).toBe(wire.unflushed());
  expect(counted.waiting).toBeGreaterThan(66_000);
  outbox.pushMessage(subscription, message(2));
  outbox.pushMessage(other, message(1, { lane: 0 }));
  outbox.flush();
  wire.drain();
  outbox.pushMessage(other, message(2, {}, 70_000));
  outbox.pushSkip(other, message(3).entry, 2, 'own');
  outbox.flush();
  expect(counted.waiting).toBe(outbox.bytes + wire.unflushed());
  drainAll(wire);
  expect([counted.waiting, outbox.bytes, outbox.isEmpty]).toEqual([0, 0, true]);
});

test('who waits for the kernel goes on when it has taken what it held, and when the connection ends', async () => {
  const { wire, outbox, subscription, counted } = withTwoChannels();
  wire.takes = false;
  outbox.pushMessage(subscription, message(1, {}, 66_000));
  outbox.flush();
  outbox.pushMessage(subscription, message(2, {}, 20_000));
  outbox.flush();
  const order: string[] = [];
  const room = outbox.drained().then(() => order.push('room'));
  await Promise.resolve();
  expect(order).toEqual([]);
  wire.drain();
  await room;
  expect(order).toEqual(['room']);

  outbox.pushMessage(subscription, message(3, {}, 66_000));
  outbox.flush();
  const end = outbox.drained();
  outbox.end();
  await end;
  await outbox.drained();
  expect([outbox.bytes, counted.waiting]).toEqual([0, 0]);
});

test('a channel that is forgotten is heard no more, and the others are', () => {
  const { wire, outbox, subscription, other } = withTwoChannels();
  wire.takes = false;
  outbox.pushMessage(other, message(1, {}, 66_000));
  outbox.flush();
  outbox.pushMessage(subscription, message(1));
  outbox.pushMessage(other, message(2));
  outbox.forget(subscription);
  outbox.flush();
  drainAll(wire);
  expect(wire.sent).toEqual([1, 2].map((n) => ({ event: 'message', offset: n, position: n })));
});

/** Two channels share one connection: neither may make a position of the other unsafe. */
test('a position of one channel is safe whatever happens in another one', () => {
  const step = fc.record({
    channel: fc.constantFrom(0, 1),
    lane: fc.integer({ min: 0, max: 3 }),
    bytes: fc.constantFrom(10, 2_000, 20_000, 50_000),
    what: fc.constantFrom('message', 'message', 'message', 'skip', 'expires'),
    drains: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const { wire, outbox, subscription, other } = withTwoChannels(150_000, 5_000);
      wire.takes = false;
      const skips = new Set<number>();
      // Even offsets are of one channel and odd ones of the other, so that the wire tells them apart.
      const pushed: number[][] = [[], []];
      for (const { channel, lane, bytes, what, drains } of steps) {
        const offsets = pushed[channel] ?? [];
        const offset = 2 * offsets.length + 2 + channel;
        offsets.push(offset);
        const to = channel === 0 ? subscription : other;
        const over = { lane, ttlMs: what === 'expires' ? 1 : 0 };
        if (what === 'skip') {
          skips.add(offset);
          outbox.pushSkip(to, message(offset).entry, lane, 'own');
        } else {
          outbox.pushMessage(to, message(offset, over, bytes));
        }
        outbox.flush();
        if (drains) wire.drain();
      }
      drainAll(wire);

      const known = new Set<number>();
      for (const one of wire.sent) {
        for (const offset of offsetsOf(one)) known.add(offset);
        const safe = safeOffset(one);
        const below = (pushed[safe % 2] ?? []).filter((offset) => offset <= safe);
        // A skip that was dropped is told by nothing: it was never for this session.
        expect(below.filter((offset) => !known.has(offset) && !skips.has(offset))).toEqual([]);
      }
      const untold = pushed.flat().filter((offset) => !known.has(offset) && !skips.has(offset));
      expect(untold).toEqual([]);
      expect(outbox.isEmpty).toBe(true);
    }),
    { numRuns: 300 },
  );
});

function offsetsOf(one: Sent): number[] {
  if (one.event === 'message') return [one.offset];
  if (one.event === 'skip') return [one.skip.from];
  return (one.gap.ranges ?? []).flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index),
  );
}

/** The offset of the position that was sent; 0 for a message that went without one. */
function safeOffset(one: Sent): number {
  if (one.event === 'message') return one.position ?? 0;
  return offsetOf(one.event === 'skip' ? one.skip.position : one.gap.position);
}
