import { describe, expect, test } from '@jest/globals';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { queueEntry } from '../../../src/delivery/catch-up.js';
import { pageMessages } from '../../../src/delivery/page-messages.js';
import { Subscription } from '../../../src/delivery/subscription.js';
import { told } from './delivery-under-test.js';
import { EPOCH, message, outboxUnderTest } from './outbox-under-test.js';

const OTHER = 'chat:other' as ChannelName;
const COPY = { extra: { broadcast: 'b1' } } as const;

/** A session that follows two channels, whose connection takes nothing yet. */
function twoChannels(bytesMax?: number) {
  const { wire, outbox, subscription } = outboxUnderTest(bytesMax ? { bytesMax } : {});
  const { session } = subscription;
  const other = new Subscription(session, OTHER);
  other.startAt({ epoch: EPOCH, offset: 0, chain: '0'.repeat(16) });
  for (const one of [subscription, other]) {
    one.hasBegun = true;
    session.subscriptions.set(one.channel, one);
  }
  const queue = (to: Subscription, offset: number, over: object = COPY, bytes = 10): void => {
    const one = message(offset, over, bytes);
    queueEntry(to, one.entry, one);
  };
  /** More than the kernel takes at once, so that all that follows waits. */
  const stall = (): void => {
    wire.takes = false;
    queue(subscription, 1, {}, 70_000);
    outbox.flush();
  };
  const drain = (): void => {
    for (let turn = 0; turn < 10; turn += 1) wire.drain();
  };
  return { wire, outbox, session, subscription, other, queue, stall, drain };
}

describe('a session that a broadcast reaches through two channels', () => {
  test('gets it once, and the other copy is told as a duplicate behind it', () => {
    const { wire, outbox, subscription, other, queue } = twoChannels();
    queue(subscription, 1);
    queue(other, 1);
    outbox.flush();
    expect(told(wire.sent)).toEqual([1, { duplicate: [1, 1] }]);
  });

  test('gets it through the one when the other is left before its copy has gone out', () => {
    const { wire, outbox, subscription, other, queue, stall, drain } = twoChannels();
    stall();
    queue(subscription, 2);
    queue(other, 1);
    outbox.flush();
    outbox.forget(subscription);
    drain();
    expect(told(wire.sent)).toEqual([1, 1]);
  });

  test('gets it once when both copies waited', () => {
    const { wire, outbox, subscription, other, queue, stall, drain } = twoChannels();
    stall();
    queue(subscription, 2);
    queue(other, 1);
    outbox.flush();
    drain();
    expect(told(wire.sent)).toEqual([1, 2, { duplicate: [1, 1] }]);
  });

  test('gets it once when an answer held it while its copy waited', () => {
    const { wire, outbox, session, subscription, other, queue, stall, drain } = twoChannels();
    stall();
    queue(subscription, 2);
    outbox.flush();
    const page = [message(1, COPY).entry];
    expect(pageMessages(session, other.channel, page, 0).messages).toHaveLength(1);
    drain();
    expect(told(wire.sent)).toEqual([1, { duplicate: [2, 2] }]);
  });

  test('gets it through the one when the answer of the other was never sent', () => {
    const { wire, outbox, session, subscription, queue } = twoChannels();
    session.forgetBroadcasts(pageMessages(session, OTHER, [message(1, COPY).entry], 0).broadcasts);
    queue(subscription, 1);
    outbox.flush();
    expect(told(wire.sent)).toEqual([1]);
    // An answer that comes to nothing takes back no copy that was sent before.
    const again = pageMessages(session, subscription.channel, [message(1, COPY).entry], 0);
    session.forgetBroadcasts(again.broadcasts);
    expect(pageMessages(session, OTHER, [message(1, COPY).entry], 0)).toMatchObject({
      messages: [],
      skipped: [{ from: 1, to: 1, reason: 'duplicate' }],
    });
  });

  test('gets it through the one when the copy of the other was dropped', () => {
    const { wire, outbox, subscription, other, queue, stall, drain } = twoChannels(72_000);
    stall();
    queue(subscription, 2, COPY, 3_000);
    queue(subscription, 3, {}, 6_000);
    outbox.flush();
    queue(other, 1, COPY, 3_000);
    outbox.flush();
    drain();
    expect(told(wire.sent)).toEqual([1, { overflow: [[2, 3]] }, 1]);
  });
});
