import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { PriorityLanes, type Taken } from '../../../src/delivery/priority-lanes.js';
import { Subscription } from '../../../src/delivery/subscription.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { message, outboxUnderTest } from './outbox-under-test.js';

const OTHER = 'chat:other' as ChannelName;

/** Lanes with two channels of one session. */
function lanesUnderTest() {
  const { subscription } = outboxUnderTest();
  const other = new Subscription(subscription.session, OTHER);
  const lanes = new PriorityLanes();
  const push = (offset: number, lane: number, to = subscription, bytes = 10): void => {
    lanes.push(to, lane, message(offset, { lane }, bytes));
  };
  return { lanes, push, subscription, other };
}

function offsetsOf(taken: readonly Taken[]): number[] {
  return taken.map(({ item }) =>
    item.payload.kind === 'message' ? item.payload.entry.offset : -1,
  );
}

/** Takes one item at a time. */
function one(lanes: PriorityLanes): Taken[] {
  return lanes.takeUrgent(1);
}

describe('what is taken', () => {
  test('with room for all is all of it, in the order it came', () => {
    const { lanes, push, other } = lanesUnderTest();
    push(1, 3);
    push(7, 0, other);
    push(2, 1);
    const taken = lanes.takeAll();
    expect(offsetsOf(taken)).toEqual([1, 7, 2]);
    expect(taken.every(({ isSafe }) => isSafe)).toBe(true);
    expect([lanes.isEmpty, lanes.bytes]).toEqual([true, 0]);
  });

  test('with little room is the most urgent first, and one at least', () => {
    const { lanes, push } = lanesUnderTest();
    push(1, 3);
    push(2, 2);
    push(3, 0);
    push(4, 1);
    const order = [1, 2, 3, 4].flatMap(() => offsetsOf(one(lanes)));
    expect(order).toEqual([3, 4, 2, 1]);
    expect(one(lanes)).toEqual([]);
  });

  test('that was to overtake and whose turn has come is told lost when its lane is dropped', () => {
    const { lanes, push, subscription } = lanesUnderTest();
    const ahead = message(3, { lane: 0 });
    subscription.overtakes(ahead.entry);
    lanes.push(subscription, 0, ahead, true);
    push(2, 0);
    // Its turn comes while it still waits: the skip takes it for sent.
    subscription.forgetAhead(ahead.entry);
    lanes.push(subscription, 0, { kind: 'skip', at: ahead.place, reason: 'duplicate' });
    expect(lanes.dropLane(0)).toBe(2);
    const [gap] = lanes.takeAll();
    const payload = gap?.item.payload;
    expect(payload?.kind === 'gap' && [payload.ranges.toArray(), payload.ranges.skipped]).toEqual([
      [[2, 3]],
      [],
    ]);
  });

  test('is every eighth time the least urgent, though only one leaves at a time', () => {
    const { lanes, push } = lanesUnderTest();
    push(100, 3);
    const order: number[] = [];
    for (let offset = 1; offset <= 20; offset += 1) {
      push(offset, 1);
      order.push(...offsetsOf(one(lanes)));
    }
    expect(order.indexOf(100)).toBe(7);
  });

  test('of a lane that is not known here goes with what is normal, and is told lost with it', () => {
    const { lanes, push, subscription } = lanesUnderTest();
    push(1, 3);
    push(2, 9);
    push(3, 2);
    expect(offsetsOf(one(lanes))).toEqual([2]);
    push(4, 9);
    expect(lanes.dropLane(2)).toBe(2);
    expect(lanes.takeAll()).toHaveLength(2);
    expect([lanes.bytes, ...subscription.waiting]).toEqual([0, 0, 0, 0, 0]);
  });

  test('is every eighth time the least urgent, which so never starves', () => {
    const { lanes, push } = lanesUnderTest();
    for (let offset = 1; offset <= 20; offset += 1) push(offset, 0);
    push(100, 3);
    push(101, 3);
    const order = offsetsOf(lanes.takeUrgent(Number.POSITIVE_INFINITY));
    expect([order.indexOf(100), order.indexOf(101)]).toEqual([7, 15]);
    expect(order.filter((offset) => offset <= 20)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  test('while more that is urgent keeps coming is of each lane below it in turn', () => {
    const { lanes, push } = lanesUnderTest();
    for (let offset = 1; offset <= 20; offset += 1) {
      push(offset, 2);
      push(100 + offset, 3);
    }
    const lower: number[] = [];
    for (let offset = 201; offset <= 280; offset += 1) {
      push(offset, 1);
      lower.push(...offsetsOf(one(lanes)).filter((taken) => taken <= 200));
    }
    expect(lower).toEqual([1, 101, 2, 102, 3, 103, 4, 104, 5, 105]);
  });

  test('is never more of a lane than of a busy one above it, whatever comes when', () => {
    const step = fc.oneof(
      fc.record({ lane: fc.integer({ min: 0, max: 3 }), count: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { lanes, push } = lanesUnderTest();
        const waiting = [0, 0, 0, 0];
        /** For each lane and each below it: how many more were taken of the lower while the higher was busy. */
        const ahead = new Map<string, number>();
        let last = 0;
        for (const next of steps) {
          if ('lane' in next) {
            for (let n = 0; n < next.count; n += 1) push((last += 1), next.lane);
            waiting[next.lane] = (waiting[next.lane] ?? 0) + next.count;
            continue;
          }
          for (let n = 0; n < next.take; n += 1) {
            const [taken] = lanes.takeUrgent(1);
            if (!taken) break;
            const { lane } = taken.item;
            waiting[lane] = (waiting[lane] ?? 0) - 1;
            for (let lower = lane + 1; lower < 4; lower += 1) ahead.set(`${lane} ${lower}`, 0);
            for (let higher = 0; higher < lane; higher += 1) {
              if ((waiting[higher] ?? 0) === 0) continue;
              const key = `${higher} ${lane}`;
              ahead.set(key, (ahead.get(key) ?? 0) + 1);
              expect(ahead.get(key)).toBeLessThanOrEqual(1);
            }
          }
        }
      }),
    );
  });

  test('is of the lowest lane too within so many, however the ones above it come and go', () => {
    const lane = fc.integer({ min: 0, max: 2 });
    fc.assert(
      fc.property(fc.array(fc.array(lane, { maxLength: 3 }), { minLength: 64 }), (comings) => {
        const { lanes, push } = lanesUnderTest();
        push(1, 3);
        const order: number[] = [];
        for (const [index, coming] of comings.entries()) {
          for (const to of coming) push(2 + index, to);
          order.push(...offsetsOf(one(lanes)));
        }
        // Its turn comes at the latest when each of the three above it has had one for each below it.
        expect(order.slice(0, 64)).toContain(1);
      }),
    );
  });

  test('stops when the room is used up', () => {
    const { lanes, push } = lanesUnderTest();
    for (let offset = 1; offset <= 10; offset += 1) push(offset, 2, undefined, 1_000);
    const [leaving, counted] = [lanes.leavingBytes / 10, lanes.bytes / 10];
    expect(offsetsOf(lanes.takeUrgent(leaving * 3))).toEqual([1, 2, 3]);
    expect(lanes.leavingBytes).toBe(leaving * 7);
    expect(lanes.bytes).toBe(counted * 7);
  });
});

describe('a place is safe', () => {
  test('only when nothing of its own channel waits in another lane', () => {
    const { lanes, push, other } = lanesUnderTest();
    push(1, 2);
    push(2, 0);
    push(9, 1, other);
    const safety = [1, 2, 3].map(() => one(lanes).map(({ isSafe }) => isSafe));
    // It overtook 1; the other channel waits for nobody; 1 itself is the last of its channel.
    expect(safety).toEqual([[false], [true], [true]]);
  });
});

describe('a lane that is dropped', () => {
  test('leaves one gap for each channel that lost something, and the other lanes alone', () => {
    const { lanes, push, subscription, other } = lanesUnderTest();
    push(1, 3);
    push(2, 2);
    push(3, 3);
    push(8, 3, other);
    expect(lanes.dropLane(3)).toBe(3);
    const taken = lanes.takeUrgent(Number.POSITIVE_INFINITY);
    expect(offsetsOf(taken)).toEqual([2, -1, -1]);
    const gaps = taken.flatMap(({ item: { payload, subscription: to } }) =>
      payload.kind === 'gap' ? [[to, payload.ranges.toArray()] as const] : [],
    );
    expect(gaps).toEqual([
      [
        subscription,
        [
          [1, 1],
          [3, 3],
        ],
      ],
      [other, [[8, 8]]],
    ]);
  });

  test('again and again is still one gap', () => {
    const { lanes, push } = lanesUnderTest();
    let dropped = 0;
    for (let offset = 1; offset <= 9; offset += 1) {
      push(offset, 3);
      if (offset % 3 === 0) dropped += lanes.dropLane(3);
    }
    expect(dropped).toBe(9);
    const [gap, ...more] = lanes.takeAll();
    expect(more).toEqual([]);
    const payload = gap?.item.payload;
    expect(payload?.kind === 'gap' && payload.ranges.toArray()).toEqual([[1, 9]]);
    expect([lanes.isEmpty, lanes.bytes]).toEqual([true, 0]);
  });
});

test('what is forgotten of one channel takes nothing from the others', () => {
  const { lanes, push, subscription, other } = lanesUnderTest();
  push(1, 0);
  push(8, 2, other);
  const bytes = lanes.bytes / 2;
  push(2, 2);
  lanes.forget(subscription);
  expect([lanes.bytes, subscription.waiting]).toEqual([bytes, [0, 0, 0, 0]]);
  expect(offsetsOf(lanes.takeAll())).toEqual([8]);
  expect([lanes.isEmpty, other.waiting]).toEqual([true, [0, 0, 0, 0]]);
});
