import { expect, test } from '@jest/globals';
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
