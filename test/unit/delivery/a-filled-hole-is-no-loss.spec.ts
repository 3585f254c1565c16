import { expect, test } from '@jest/globals';
import { CHANNEL } from './outbox-under-test.js';
import { deliveryUnderTest, told, turns } from './delivery-under-test.js';

test('a hole of more than a connection has room for comes at the pace at which it takes it', async () => {
  const { service, appendMany, openSession, fill, hand, config, append } = deliveryUnderTest();
  const { wire, session } = openSession();
  (await service.prepare(session, CHANNEL, { withMessages: false })).begin();
  await turns();
  wire.takes = false;
  const entries = await appendMany(100, {}, 5_000);
  expect(100 * 5_000).toBeGreaterThan(2 * config.outboxBytes);
  fill(...entries);
  // Live again by then for the others, and for this one when it is there.
  hand(await append());
  for (let round = 0; round < 100 && wire.sent.length < 101; round += 1) {
    await turns();
    expect(session.outbox.bytes).toBeLessThanOrEqual(config.outboxBytes);
    wire.drain();
  }
  await turns();
  expect(told(wire.sent)).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
  hand(await append());
  expect(told(wire.sent).at(-1)).toBe(102);
});
