import { expect, jest, test } from '@jest/globals';
import type { Position } from '../../../src/broker/position.js';
import type { Joining } from '../../../src/delivery/delivery.service.js';
import { encodedOnce } from '../../../src/delivery/encoded-once.js';
import { deliveryUnderTest, told, turns } from './delivery-under-test.js';
import { CHANNEL, type HeldWire } from './outbox-under-test.js';

type World = ReturnType<typeof deliveryUnderTest>;

/** A session that has all of its backlog still to come, and what it is written. */
async function joining({ service, openSession }: World, since: Position) {
  const { session, wire } = openSession();
  const write = jest.spyOn(wire, 'write');
  const prepared: Joining = await service.prepare(session, CHANNEL, { since, withMessages: false });
  return { wire, write, begin: prepared.begin };
}

test('and the same bytes, encoded and joined once for all of them', async () => {
  const world = deliveryUnderTest();
  const since = await world.top();
  await world.appendMany(3);
  const all = [
    await joining(world, since),
    await joining(world, since),
    await joining(world, since),
  ];
  for (const { begin } of all) begin();
  await turns();
  const [first, ...others] = all.map(({ write }) => write.mock.calls);
  expect(first?.map(([, messages]) => messages.length)).toEqual([3]);
  for (const calls of others) {
    expect(calls.length).toBe(1);
    expect(calls[0]?.[0]).toBe(first?.[0]?.[0]);
    for (const [index, message] of calls[0]?.[1].entries() ?? []) {
      expect(message).toBe(first?.[0]?.[1][index]);
    }
  }
});

test('but for what is replayed for the one and new for the other', async () => {
  const world = deliveryUnderTest();
  const since = await world.top();
  await world.appendMany(2);
  const early = await joining(world, since);
  world.hand(await world.append());
  const late = await joining(world, since);
  for (const { begin } of [early, late]) begin();
  await turns();
  expect(told(early.wire.sent)).toEqual([1, 2, 3]);
  expect(told(late.wire.sent)).toEqual([1, 2, 3]);
  expect(replayedIn(early.wire)).toEqual([true, true, false]);
  expect(replayedIn(late.wire)).toEqual([true, true, true]);
});

test('what is said of nobody in particular is made once for each entry and way', async () => {
  const { append } = deliveryUnderTest();
  const [entry, other] = [await append(), await append()];
  const message = encodedOnce(entry, true);
  expect(encodedOnce(entry, true)).toBe(message);
  expect(encodedOnce(entry, false)).not.toBe(message);
  expect(encodedOnce(other, true)).not.toBe(message);
  expect([message.entry, message.replayed]).toEqual([entry, true]);
});

function replayedIn({ frames }: HeldWire): boolean[] {
  return frames.map((text) => text.includes('"replayed":true'));
}
