import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { deliveryUnderTest, offsetsIn, told, turns } from './delivery-under-test.js';
import { CHANNEL } from './outbox-under-test.js';

describe('a live subscription', () => {
  test('what its first page held does not come again, and what follows does', async () => {
    const { service, appendMany, append, openSession, hand, top } = deliveryUnderTest();
    const since = await top();
    // Followed by somebody else from the start: the instance has yet to hand on what the page holds.
    const other = openSession();
    const first = await service.prepare(other.session, CHANNEL, { withMessages: true });
    first.begin();
    const entries = await appendMany(3);
    const { wire, session } = openSession();
    const joining = await service.prepare(session, CHANNEL, { since, withMessages: true });
    expect(offsetsIn(joining.messages)).toEqual([1, 2, 3]);
    joining.begin();
    hand(...entries);
    hand(await append());
    await turns();
    await until(() => wire.sent.length > 0);
    expect(told(wire.sent)).toEqual([4]);
    await until(() => other.wire.sent.length >= 4);
    expect(told(other.wire.sent)).toEqual([1, 2, 3, 4]);
  });

  test('nothing comes before it has begun, and then nothing is missing', async () => {
    const { service, appendMany, append, openSession, hand, top } = deliveryUnderTest();
    const since = await top();
    await appendMany(3);
    const { wire, session } = openSession();
    const joining = await service.prepare(session, CHANNEL, { since, withMessages: false });
    expect(joining).toMatchObject({ messages: [], behind: 3 });
    hand(await append());
    await turns();
    expect(told(wire.sent)).toEqual([]);
    joining.begin();
    await until(() => wire.sent.length === 4);
    expect(told(wire.sent)).toEqual([1, 2, 3, 4]);
  });

  test('what it was sent is remembered by its place alone, not with the bytes of the message', async () => {
    const { service, append, openSession, hand } = deliveryUnderTest();
    const { wire, session } = openSession();
    (await service.prepare(session, CHANNEL, { withMessages: true })).begin();
    const entry = await append();
    hand(entry);
    await until(() => wire.sent.length === 1);
    const { told: toldAt, reached } = session.subscriptions.get(CHANNEL) ?? {};
    const { epoch, offset, chain } = entry;
    const place = { epoch, offset, chain };
    expect([toldAt, reached]).toStrictEqual([place, place]);
  });

  test('what breaks under it is told, after what belongs to the history that ended', async () => {
    const { service, append, openSession, hand } = deliveryUnderTest();
    const { wire, session } = openSession();
    (await service.prepare(session, CHANNEL, { withMessages: true })).begin();
    const first = await append();
    hand(first);
    const to = { ...first, epoch: 'f'.repeat(16), offset: 0 };
    service.deliver([{ kind: 'break', channel: CHANNEL, reason: 'epoch', to }]);
    const entry = { ...first, epoch: to.epoch };
    service.deliver([{ kind: 'entry', channel: CHANNEL, entry, isFill: false }]);
    await until(() => wire.sent.length >= 3);
    expect(told(wire.sent)).toEqual([1, { epoch: null }, 1]);
  });
});

/** A connection that was just written to waits for the rest of its window. */
const until = (check: () => boolean) => eventually('it came', check, { deadlineMs: 3_000 });
