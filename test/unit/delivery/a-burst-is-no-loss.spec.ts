import { expect, test } from '@jest/globals';
import { told } from './delivery-under-test.js';
import { message, outboxUnderTest } from './outbox-under-test.js';

test.each([0, 60_000])(
  'a burst of many times the bound in one turn reaches a connection that takes everything, with a ttl of %i ms',
  (ttlMs) => {
    const { wire, outbox, subscription, counted } = outboxUnderTest({ bytesMax: 131_072 });
    const offsets = Array.from({ length: 1_000 }, (_, index) => index + 1);
    for (const offset of offsets)
      outbox.pushMessage(subscription, message(offset, { ttlMs }, 1_000));
    outbox.flush();
    for (let round = 0; round < 10 && !outbox.isEmpty; round += 1) wire.drain();
    expect(counted.dropped).toBe(0);
    expect(wire.sent).toEqual(
      offsets.map((offset) => ({ event: 'message', offset, position: offset })),
    );
  },
);

test('so does one of many small messages, which count for more than they are', () => {
  const { wire, outbox, subscription, counted } = outboxUnderTest({ bytesMax: 131_072 });
  const messages = Array.from({ length: 1_000 }, (_, index) => message(1 + index));
  for (const one of messages) outbox.pushMessage(subscription, one);
  outbox.flush();
  for (let round = 0; round < 10 && !outbox.isEmpty; round += 1) wire.drain();
  expect(counted.dropped).toBe(0);
  expect(told(wire.sent)).toEqual(messages.map(({ entry }) => entry.offset));
});

test('what the kernel has room for is not put into the order of lanes for what it counts for beside its bytes', () => {
  const { wire, outbox, subscription, counted } = outboxUnderTest({ bytesMax: 131_072 });
  const offsets = Array.from({ length: 300 }, (_, index) => index + 1);
  for (const offset of offsets) {
    outbox.pushMessage(subscription, message(offset, { ttlMs: 60_000, lane: offset % 4 }));
  }
  outbox.flush();
  expect(wire.sent).toEqual(
    offsets.map((offset) => ({ event: 'message', offset, position: offset })),
  );
  expect(counted.stalled).toBe(0);
});

test('one that takes nothing is told what was dropped, and keeps no more than its bound', () => {
  const { wire, outbox, subscription, counted } = outboxUnderTest({ bytesMax: 131_072 });
  wire.takes = false;
  for (let offset = 1; offset <= 1_000; offset += 1) {
    outbox.pushMessage(subscription, message(offset, {}, 1_000));
    expect(outbox.bytes).toBeLessThanOrEqual(131_072 + 2_000);
  }
  outbox.flush();
  expect(counted.dropped).toBeGreaterThan(700);
});
