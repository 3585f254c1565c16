import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { OutgoingMessage } from '../../../src/delivery/wire.port.js';
import { deliveryUnderTest, turns } from './delivery-under-test.js';
import { CHANNEL } from './outbox-under-test.js';

/** As long as one write takes here, in milliseconds. */
const WRITE_MS = 0.1;

/** What may wait in a stream for the kernel before nothing more is written to it. */
const UNFLUSHED_MAX = 65_536;

describe('presence', () => {
  let clock: number;

  beforeEach(() => {
    clock = 1_000;
    jest.spyOn(performance, 'now').mockImplementation(() => clock);
    // What follows within a moment is told when the test says that it is over.
    jest.useFakeTimers({ doNotFake: ['performance', 'Date', 'setImmediate', 'nextTick'] });
  });

  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  /** So many who are in the channel; `heard`: the users that each was told of, write by write. */
  async function members(count: number) {
    const underTest = deliveryUnderTest();
    const { service } = underTest;
    const all = Array.from({ length: count }, () => {
      const { wire, session } = underTest.openSession();
      const heard: string[][] = [];
      const sizes: number[] = [];
      const { write } = wire;
      wire.write = (joined, messages, safety) => {
        clock += WRITE_MS;
        write.call(wire, joined, messages, safety);
        const told = usersIn(messages);
        if (told.length === 0) return;
        heard.push(told);
        sizes.push(joined.length);
      };
      return { wire, session, heard, sizes };
    });
    for (const { session } of all) {
      (await service.prepare(session, CHANNEL, { withMessages: true })).begin();
    }
    await turns();
    /** Tells of a change whose frame is of about so many bytes. */
    const tell = (user: string, bytes = 0): void => {
      const member = { user, clients: 1, joinedAt: 1, state: 'x'.repeat(bytes) };
      const payload = JSON.stringify({ presence: { channel: CHANNEL, type: 'join', member } });
      service.passOn({ channel: CHANNEL, payload });
    };
    const [first] = all;
    if (!first) throw new Error('there is one at least');
    return { ...underTest, all, first, tell };
  }

  test('is told to who is behind only as far as an outbox would write', async () => {
    const { first, tell } = await members(1);
    first.wire.takes = false;
    for (let n = 0; n < 100; n += 1) tell(`user-${n}`, 8_192);
    await turns();
    jest.advanceTimersByTime(50);
    expect(first.heard.flat()).toHaveLength(7);
    expect(first.wire.unflushed()).toBeLessThanOrEqual(UNFLUSHED_MAX);
  });

  test('stands in the way of nothing critical', async () => {
    const { first, tell, append, hand } = await members(1);
    first.wire.takes = false;
    for (let n = 0; n < 100; n += 1) tell(`user-${n}`, 8_192);
    await turns();
    jest.advanceTimersByTime(50);
    hand(await append({}, 100, { lane: 0 }));
    expect(first.wire.sent.at(-1)).toMatchObject({ event: 'message', offset: 1 });
  });

  test('counts for what waits until the kernel has taken it', async () => {
    const { first, service, tell } = await members(1);
    first.wire.takes = false;
    tell('ann', 8_192);
    expect(service.outboxBytes).toBe(first.wire.unflushed());
    expect(service.outboxBytes).toBeGreaterThan(8_192);
    first.wire.drain();
    expect(service.outboxBytes).toBe(0);
  });

  test('goes before nothing that waits for a connection', async () => {
    const { first, tell, append, hand } = await members(1);
    first.wire.takes = false;
    first.wire.write(Buffer.alloc(UNFLUSHED_MAX), [], []);
    hand(await append());
    // It has taken that, and has not said so yet.
    first.wire.takeAllBut(0);
    tell('ann');
    expect([first.wire.sent, first.heard]).toEqual([[], []]);
    first.wire.takes = true;
    first.wire.drain();
    jest.advanceTimersByTime(50);
    tell('ben');
    expect(first.wire.sent[0]).toMatchObject({ event: 'message', offset: 1 });
    expect(first.heard).toEqual([['ben']]);
  });

  test('is told again to who has caught up, and to the others all the time', async () => {
    const { all, tell } = await members(2);
    const [behind, other] = all;
    if (behind) behind.wire.takes = false;
    behind?.wire.write(Buffer.alloc(UNFLUSHED_MAX), [], []);
    tell('ann');
    behind?.wire.drain();
    tell('ben');
    jest.advanceTimersByTime(50);
    expect(behind?.heard).toEqual([['ben']]);
    expect(other?.heard).toEqual([['ann'], ['ben']]);
  });

  test('that comes in while some is written waits, up to a bound, and the oldest is given up', async () => {
    const { first, all, tell } = await members(40);
    tell('first');
    expect(all.at(-1)?.heard).toEqual([]);
    for (let n = 1; n <= 5_000; n += 1) tell(`user-${n}`);
    await turns(80);
    jest.advanceTimersByTime(50);
    expect(first.heard.flat()).toEqual(['first', ...usersFrom(905, 5_000)]);
    expect(all.at(-1)?.heard).toEqual(first.heard);
    expect(Math.max(...first.heard.map(({ length }) => length))).toBe(256);
  });

  test('that waits is bounded in bytes, too, and so is what is written of it at a time', async () => {
    const { first, tell } = await members(40);
    tell('first');
    for (let n = 1; n <= 400; n += 1) tell(`user-${n}`, 8_000);
    await turns(200);
    jest.advanceTimersByTime(50);
    const told = first.heard.flat();
    expect(told.at(-1)).toBe('user-400');
    expect(told.length).toBeGreaterThan(120);
    expect(told.length * 8_000).toBeLessThan(1_048_576 + 8_000);
    expect(Math.max(...first.sizes)).toBeLessThanOrEqual(32_768);
  });

  test('is not told any more to who has left the channel since the first was told', async () => {
    const { service, all, tell } = await members(40);
    const [stays, leaves, returns, ends] = all.slice(-4);
    if (!stays || !leaves || !returns || !ends) throw new Error('there are forty');
    tell('ann');
    expect(stays.heard).toEqual([]);
    service.leave(leaves.session, CHANNEL);
    service.close(ends.session);
    const joining = service.prepare(returns.session, CHANNEL, { withMessages: true });
    await turns();
    expect([stays, leaves, returns, ends].map(({ heard }) => heard)).toEqual([
      [['ann']],
      [],
      [],
      [],
    ]);
    (await joining).begin();
    tell('ben');
    jest.advanceTimersByTime(50);
    await turns();
    expect([stays, leaves, returns, ends].map(({ heard }) => heard)).toEqual([
      [['ann'], ['ben']],
      [],
      [['ben']],
      [],
    ]);
  });
});

/** Whom the pushes among these tell of. */
function usersIn(messages: readonly OutgoingMessage[]): string[] {
  return messages.flatMap((message) => {
    const { text } = message.packet(true);
    return [...text.matchAll(/"member":\{"user":"(?<user>[^"]+)"/gu)].map(
      ({ groups }) => groups?.['user'] ?? '',
    );
  });
}

function usersFrom(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `user-${from + index}`);
}
