import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { message, outboxUnderTest } from './outbox-under-test.js';

/** Of a write, what the kernel keeps to itself; the rest it has sent. */
const HELD = [0, 1_000, 40_000, 70_000, 200_000];

test('what an outbox has room for is never dropped, however full it is and whatever came before', () => {
  const step = fc.record({
    bytes: fc.constantFrom(10, 300, 4_000, 30_000, 70_000, 150_000),
    lane: fc.integer({ min: 0, max: 3 }),
    ttlMs: fc.constantFrom(0, 0, 60_000),
    held: fc.constantFrom(...HELD),
    after: fc.constantFrom('nothing', 'flush', 'drain'),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(4_096, 60_000, 131_072),
      fc.array(step, { maxLength: 60 }),
      (bytesMax, steps) => {
        const { wire, outbox, subscription, counted } = outboxUnderTest({ bytesMax });
        wire.takes = false;
        let offset = 0;
        for (const { bytes, lane, ttlMs, held, after } of steps) {
          wire.takeAllBut(held);
          const next = message(offset + 1, { lane, ttlMs }, bytes);
          if (outbox.hasRoomFor(next.bytes)) {
            outbox.pushMessage(subscription, next);
            offset += 1;
          }
          if (after !== 'nothing') outbox.flush();
          if (after === 'drain') wire.drain();
        }
        outbox.flush();
        for (let round = 0; round < 100 && !outbox.isEmpty; round += 1) wire.drain();
        expect(counted.dropped).toBe(0);
        expect(wire.sent.length).toBe(offset);
      },
    ),
  );
});

test('a message of any length has room when nothing waits and the kernel takes something', () => {
  const { wire, outbox, subscription, counted } = outboxUnderTest({ bytesMax: 4_096 });
  const large = message(1, {}, 500_000);
  expect(outbox.hasRoomFor(large.bytes)).toBe(true);
  outbox.pushMessage(subscription, large);
  outbox.flush();
  expect([wire.sent.length, counted.dropped]).toEqual([1, 0]);
});
