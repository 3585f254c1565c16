import { describe, expect, test } from '@jest/globals';
import { LEAST_WAITING } from '../../../src/delivery/outbox.js';
import { Subscription } from '../../../src/delivery/subscription.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { CHANNEL, message, outboxUnderTest } from './outbox-under-test.js';
import { deliveryUnderTest, told, turns } from './delivery-under-test.js';

const MEBIBYTE = 1_048_576;
const BYTES = 4_000;

describe('when connections that do not read fill what may wait for all', () => {
  test('what waits for all of them stays within it, but for one message each', async () => {
    const under = deliveryUnderTest({ OUTBOX_TOTAL_BYTES: String(MEBIBYTE) });
    const { append, hand, openSession, service } = under;
    const sessions = Array.from({ length: 100 }, openSession);
    for (const { wire, session } of sessions) {
      wire.takes = false;
      const { begin } = await service.prepare(session, CHANNEL, { withMessages: false });
      begin();
    }
    await turns();
    for (let count = 0; count < 30; count += 1) {
      hand(await append({}, BYTES));
      await turns(4);
    }
    // 64 KiB in each stream would be six times as much.
    const floor = sessions.length * (LEAST_WAITING + BYTES);
    expect(service.outboxBytes).toBeGreaterThan(MEBIBYTE / 2);
    expect(service.outboxBytes).toBeLessThanOrEqual(MEBIBYTE + floor);
  });

  test('what is critical waits though the stream of its connection was filled before', () => {
    const { moving, outbox, subscription, wire } = outboxUnderTest({ bytesMax: 262_144 });
    wire.takes = false;
    outbox.pushMessage(subscription, message(1, {}, 64_000));
    outbox.flush();
    moving.bytesMax = LEAST_WAITING;
    outbox.pushMessage(subscription, message(2, { lane: 3 }, BYTES));
    outbox.pushMessage(subscription, message(3, { lane: 0 }, 200));
    outbox.flush();
    wire.takes = true;
    wire.drain();
    expect(told(wire.sent)).toEqual([1, 3, { overflow: [[2, 2]] }]);
  });

  test('what is critical waits however many channels are to be told of a loss', () => {
    const { moving, outbox, subscription, wire } = outboxUnderTest({ bytesMax: 262_144 });
    const { session, told: start } = subscription;
    wire.takes = false;
    outbox.pushMessage(subscription, message(1, {}, 64_000));
    outbox.flush();
    moving.bytesMax = LEAST_WAITING;
    for (let index = 0; index < 200; index += 1) {
      const other = new Subscription(session, `chat:${index}` as ChannelName, start);
      for (const lane of [2, 3]) outbox.pushMessage(other, message(1 + lane, { lane }, BYTES));
      outbox.flush();
    }
    outbox.pushMessage(subscription, message(2, { lane: 0 }, 200));
    outbox.flush();
    wire.takes = true;
    for (let round = 0; round < 100 && !outbox.isEmpty; round += 1) wire.drain();
    expect(told(wire.sent).slice(0, 2)).toEqual([1, 2]);
    expect(wire.sent.filter(({ event }) => event === 'gap')).toHaveLength(400);
  });

  test('a connection that reads loses nothing', () => {
    const { counted, outbox, subscription, wire } = outboxUnderTest({ bytesMax: LEAST_WAITING });
    const offsets = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const offset of offsets) outbox.pushMessage(subscription, message(offset, {}, BYTES));
    outbox.flush();
    for (let left = 20; left > 0; left -= 1) wire.drain();
    expect(told(wire.sent)).toEqual(offsets);
    expect(counted).toMatchObject({ dropped: 0, delivered: 20 });
  });
});
