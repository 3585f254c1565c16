import { expect, test } from '@jest/globals';
import { message, outboxUnderTest } from './outbox-under-test.js';
import { told } from './delivery-under-test.js';

const TTL_MS = 1_000;

function stalled(bytesMax: number) {
  const under = outboxUnderTest({ bytesMax });
  under.wire.takes = false;
  under.outbox.pushMessage(under.subscription, message(1, {}, 64_000));
  under.outbox.flush();
  return under;
}

test('what has expired while it waited is told as that, and nothing that lives is dropped for it', () => {
  const { counted, moving, outbox, subscription, wire } = stalled(75_000);
  outbox.pushMessage(subscription, message(2, { lane: 1, ttlMs: TTL_MS }, 4_000));
  outbox.pushMessage(subscription, message(3, { lane: 3 }, 3_000));
  outbox.flush();
  moving.now += TTL_MS;
  outbox.pushMessage(subscription, message(4, { lane: 1 }, 3_000));
  outbox.flush();
  wire.takes = true;
  wire.drain();
  expect(told(wire.sent)).toEqual([1, { expired: [2, 2] }, 3, 4]);
  expect(counted.dropped).toBe(0);
});

test('where a lane has to be dropped all the same, what had expired in it is not told as lost', () => {
  const { counted, moving, outbox, subscription, wire } = stalled(75_000);
  outbox.pushMessage(subscription, message(2, { ttlMs: TTL_MS }, 4_000));
  outbox.pushMessage(subscription, message(3, { ttlMs: 2 * TTL_MS }, 3_000));
  outbox.flush();
  moving.now += TTL_MS;
  outbox.pushMessage(subscription, message(4, {}, 8_000));
  outbox.flush();
  wire.takes = true;
  wire.drain();
  expect(told(wire.sent)).toEqual([1, { expired: [2, 2] }, { overflow: [[3, 4]] }]);
  expect(counted.dropped).toBe(2);
});
