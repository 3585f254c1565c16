import { Logger } from '@nestjs/common';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { deliveryUnderTest, told, turns } from './delivery-under-test.js';
import { CHANNEL } from './outbox-under-test.js';

Logger.overrideLogger(false);

describe('a connection that cannot be written to', () => {
  /** Three who follow the channel and were sent the first message. */
  async function three() {
    const underTest = deliveryUnderTest();
    const all = Array.from({ length: 3 }, () => underTest.openSession());
    for (const { session } of all) {
      (await underTest.service.prepare(session, CHANNEL, { withMessages: true })).begin();
    }
    underTest.hand(await underTest.append());
    await turns();
    const [before, broken, behind] = all;
    if (!before || !broken || !behind) throw new Error('three were opened');
    /** Resolves when those before and behind have so many. */
    const have = (count: number) =>
      eventually(`the others have ${count}`, () =>
        [before, behind].every(({ wire }) => wire.sent.length === count),
      );
    return { ...underTest, before, broken, behind, have };
  }

  test('is closed, and those before and behind it get what they are owed', async () => {
    const { append, hand, before, broken, behind, have } = await three();
    broken.wire.isBroken = true;
    for (const count of [2, 3, 4]) {
      hand(await append());
      await have(count);
    }
    expect(told(before.wire.sent)).toEqual([1, 2, 3, 4]);
    expect(told(behind.wire.sent)).toEqual([1, 2, 3, 4]);
    expect(broken.wire.closings).toMatchObject([{ code: 'internal', reconnect: true }]);
  });

  test('is sent nothing that came after what it did not get', async () => {
    const { append, hand, broken, have } = await three();
    broken.wire.isBroken = true;
    for (const count of [2, 3, 4]) {
      hand(await append());
      await have(count);
    }
    expect(told(broken.wire.sent)).toEqual([1]);
  });

  test('is closed when it cannot be told that its history broke off, and the others are told', async () => {
    const { append, service, before, broken, behind } = await three();
    const to = { ...(await append()), epoch: 'f'.repeat(16), offset: 0 };
    broken.wire.isBroken = true;
    service.deliver([{ kind: 'break', channel: CHANNEL, reason: 'epoch', to }]);
    expect(told(before.wire.sent)).toEqual([1, { epoch: null }]);
    expect(told(behind.wire.sent)).toEqual([1, { epoch: null }]);
    expect(broken.wire.closings).toMatchObject([{ code: 'internal', reconnect: true }]);
  });

  test('leaves nothing behind when it ends between what waited and the end of its history', async () => {
    const { append, service, broken, before } = await three();
    const entry = await append();
    const to = { ...entry, epoch: 'f'.repeat(16), offset: 0 };
    const [subscription] = broken.session.subscriptions.values();
    broken.wire.isBroken = true;
    service.deliver([
      { kind: 'entry', channel: CHANNEL, entry, isFill: false },
      { kind: 'break', channel: CHANNEL, reason: 'epoch', to },
    ]);
    await turns();
    expect(told(before.wire.sent)).toEqual([1, 2, { epoch: null }]);
    expect(told(broken.wire.sent)).toEqual([1]);
    expect(subscription?.phase).toBe('closed');
    expect(subscription?.waiting).toEqual([0, 0, 0, 0]);
    expect(service.outboxBytes).toBe(0);
  });

  test('is read for no more, though its socket lingers', async () => {
    const { append, hand, broken, have } = await three();
    const [subscription] = broken.session.subscriptions.values();
    broken.wire.whenClosed = () => {};
    broken.wire.isBroken = true;
    hand(await append());
    await have(2);
    // One that catches up would ask an ended outbox for room, in one turn of the loop that never ends.
    expect([broken.session.isOpen, subscription?.phase]).toEqual([false, 'closed']);
  });

  test('is counted once, and told when to come back', async () => {
    const { append, hand, broken, have, metrics } = await three();
    broken.wire.isBroken = true;
    for (const count of [2, 3]) {
      hand(await append());
      await have(count);
    }
    expect(broken.wire.closings).toHaveLength(1);
    expect(broken.wire.closings[0]?.retryAfterMs).toBeLessThan(1_000);
    const { values } = await metrics.drops.get();
    expect(values).toMatchObject([{ labels: { reason: 'broken' }, value: 1 }]);
  });

  test('does not keep the others from hearing of presence, then or later', async () => {
    const { service, before, broken, behind } = await three();
    const note = JSON.stringify({ presence: { channel: CHANNEL, joined: [], left: [], count: 1 } });
    broken.wire.isBroken = true;
    const heard = () => [before, broken, behind].map(({ wire }) => wire.writes.length);
    const tell = () => service.passOn({ channel: CHANNEL, payload: note });
    expect(tell).not.toThrow();
    expect(heard()).toEqual([2, 1, 2]);
    tell();
    await eventually('the second is told', () => before.wire.writes.length === 3);
    expect(heard()).toEqual([3, 1, 3]);
    expect(broken.wire.closings).toHaveLength(1);
  });

  test('does not keep the others from hearing that the store is away', async () => {
    const { service, before, broken, behind } = await three();
    const writes = () => [before, broken, behind].map(({ wire }) => wire.writes.length);
    broken.wire.isBroken = true;
    service.tellStatus({ state: 'degraded', since: 1 });
    expect(writes()).toEqual([2, 1, 2]);
    expect(broken.wire.closings).toHaveLength(1);
  });
});
