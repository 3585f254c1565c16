import { beforeEach, describe, expect, test } from '@jest/globals';
import { FanOut } from '../../../src/delivery/fan-out.js';
import { FlushSchedule } from '../../../src/delivery/flush-schedule.js';
import { FollowedChannel } from '../../../src/delivery/followed-channel.js';
import { JoinedFrames } from '../../../src/delivery/joined-frames.js';
import type { Subscription } from '../../../src/delivery/subscription.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { Metrics } from '../../../src/telemetry/metrics.js';
import { told } from './delivery-under-test.js';
import { EPOCH, type HeldWire, message, outboxUnderTest } from './outbox-under-test.js';

/** As long as sixteen subscribers take here, in milliseconds. */
const LOOK_MS = 0.5;

interface Member {
  readonly wire: HeldWire;
  readonly subscription: Subscription;
}

describe('a burst into a large channel', () => {
  let clock: number;
  let slices: (() => void)[];
  let flushes: (() => void)[];
  let behind: Subscription[];
  let fanOut: FanOut;
  let isUrgentNear: boolean;

  beforeEach(() => {
    clock = 1_000;
    slices = [];
    flushes = [];
    behind = [];
    isUrgentNear = false;
    // Looked at once in sixteen steps.
    const now = (): number => (clock += LOOK_MS);
    fanOut = new FanOut({
      schedule: new FlushSchedule({
        ...{ windowMs: 0, joined: new JoinedFrames(), now },
        isUrgentNear: () => isUrgentNear,
        next: (flush) => flushes.push(flush),
      }),
      metrics: new Metrics(),
      now,
      isUrgentNear: () => isUrgentNear,
      next: (slice) => slices.push(slice),
      fallBehind: (subscription) => {
        subscription.phase = 'catching up';
        behind.push(subscription);
      },
    });
  });

  function channelOf(name: string, count: number): [FollowedChannel, Member[]] {
    const start = { epoch: EPOCH, offset: 0, chain: '0'.repeat(16) };
    const channel = new FollowedChannel(name as ChannelName, start);
    const members = Array.from({ length: count }, () => {
      const { wire, subscription } = outboxUnderTest();
      subscription.phase = 'live';
      subscription.begin();
      channel.all.add(subscription);
      return { wire, subscription };
    });
    return [channel, members];
  }

  function take(channel: FollowedChannel, offsets: readonly number[], over = {}): void {
    for (const offset of offsets) {
      fanOut.take(channel, { ...itemOf(channel, offset, over) });
    }
    fanOut.run();
  }

  /** Runs what is to come in the next turn. */
  function turn(): void {
    for (const slice of [slices.shift(), flushes.shift()]) slice?.();
  }

  function finish(): number {
    let count = 0;
    for (; slices.length + flushes.length > 0; count += 1) turn();
    return count;
  }

  const offsets = (count: number, from = 1): number[] =>
    Array.from({ length: count }, (_, index) => from + index);
  const sent = ({ wire }: Member): unknown[] => told(wire.sent);

  test('lets the event loop have its turn, and everybody gets all of it in order and in one write', () => {
    const [channel, members] = channelOf('chat:large', 1_000);
    take(channel, offsets(10));
    expect(sent(members[0] as Member)).toEqual(offsets(10));
    // Not so much as queued.
    expect((members.at(-1) as Member).subscription.reached.offset).toBe(0);
    expect(finish()).toBeGreaterThan(5);
    for (const member of members) {
      expect(sent(member)).toEqual(offsets(10));
      expect(member.wire.writes).toEqual([10]);
    }
  });

  test('goes on in shorter slices while something urgent is expected', () => {
    const [channel, members] = channelOf('chat:large', 1_000);
    const given = (): number =>
      members.filter(({ subscription }) => subscription.reached.offset === 1).length;
    take(channel, [1]);
    const usual = given();
    isUrgentNear = true;
    slices.shift()?.();
    expect(given() - usual).toBeGreaterThan(0);
    expect(given() - usual).toBeLessThanOrEqual(usual / 2);
  });

  test('does not hold up what comes for another channel', () => {
    const [large, many] = channelOf('chat:large', 1_000);
    const [small, [one]] = channelOf('chat:small', 1);
    take(large, offsets(640));
    take(small, [1]);
    turn();
    turn();
    expect(sent(one as Member)).toEqual([1]);
    expect(sent(many.at(-1) as Member)).toEqual([]);
    finish();
    expect(sent(many.at(-1) as Member)).toEqual(offsets(640));
  });

  test('is passed by what is urgent in other channels, but not for ever', () => {
    const [large, many] = channelOf('chat:large', 400);
    const [hot, all] = channelOf('chat:hot', 200);
    take(large, offsets(1));
    const given = (): number =>
      many.filter(({ subscription }) => subscription.reached.offset === 1).length;
    const before = given();
    const places: number[] = [];
    for (let slice = 1; slice <= 24; slice += 1) {
      take(hot, offsets(2, 2 * slice), { lane: 0 });
      const reached = given();
      turn();
      if (given() > reached) places.push(slice);
    }
    expect(before).toBeLessThan(400);
    expect(places).toHaveLength(3);
    finish();
    for (const member of many) expect(sent(member)).toEqual([1]);
    for (const member of all) expect(sent(member)).toEqual(offsets(48, 2));
  });

  test('that is more than may wait is handed on at once', () => {
    const [channel, members] = channelOf('chat:large', 20);
    const large = offsets(500);
    const { bytes } = message(1, {}, 100_000);
    for (const offset of large) fanOut.take(channel, itemOf(channel, offset, {}, 100_000));
    fanOut.run();
    const waiting = 500 - (members.at(-1) as Member).subscription.reached.offset;
    expect(waiting * bytes).toBeLessThanOrEqual(33_554_432);
    expect(waiting).toBeGreaterThan(0);
  });

  test('of long messages is looked at more often', () => {
    const [channel, members] = channelOf('chat:large', 64);
    fanOut.take(channel, itemOf(channel, 1, {}, 140_000));
    fanOut.run();
    const given = members.filter(({ subscription }) => subscription.reached.offset === 1).length;
    // Four looks of half a millisecond: one for each of these, and one for sixteen usual ones.
    expect(given).toBe(4);
    finish();
    for (const member of members) expect(sent(member)).toEqual([1]);
  });

  test('goes on behind whatever could not be ended', () => {
    const [channel, members] = channelOf('chat:large', 3);
    const [, broken] = members;
    if (!broken) throw new Error('there are three');
    broken.wire.whenClosed = () => {
      throw new Error('it cannot be closed');
    };
    const tear = { kind: 't', extra: { tear: [1, 1] } };
    broken.wire.isBroken = true;
    expect(() => take(channel, [2], tear)).not.toThrow();
    take(channel, [3]);
    finish();
    for (const member of [members[0], members[2]]) {
      expect(sent(member as Member)).toEqual([{ rewound: [[1, 1]] }, 3]);
    }
    expect(broken.wire.closings).toHaveLength(1);
  });

  test('makes nobody live who has not read up to its end', () => {
    const [channel] = channelOf('chat:large', 1_000);
    take(channel, offsets(3));
    expect(slices).toHaveLength(1);
    const at = (offset: number) => ({ epoch: EPOCH, offset, chain: chainOf(offset) });
    expect(channel.isReachedBy(at(2), 0)).toBe(false);
    expect(channel.isReachedBy(at(3), 0)).toBe(true);
  });

  test('that ends a history is told to each behind what it was given, and nobody becomes live meanwhile', () => {
    const [channel, members] = channelOf('chat:large', 1_000);
    const to = { epoch: 'f'.repeat(16), offset: 1, chain: chainOf(9) };
    for (const offset of offsets(2)) fanOut.take(channel, itemOf(channel, offset));
    fanOut.take(channel, { kind: 'break', channel: channel.name, reason: 'epoch', to });
    fanOut.take(channel, itemOf(channel, 2, { epoch: to.epoch }));
    fanOut.run();
    const next = { epoch: to.epoch, offset: 2, chain: chainOf(2) };
    let refused = 0;
    while (sent(members.at(-1) as Member).length < 3) {
      if (!channel.isReachedBy(next, channel.breaks)) refused += 1;
      turn();
    }
    finish();
    expect(refused).toBeGreaterThan(5);
    expect(channel.isReachedBy(next, channel.breaks)).toBe(true);
    for (const member of members) expect(sent(member)).toEqual([1, 2, { epoch: null }, 2]);
    expect(behind).toEqual([]);
  });

  test('sends nothing of a history ahead that is about to end', () => {
    const [channel, [late]] = channelOf('chat:large', 1);
    const { wire, subscription } = late as Member;
    subscription.phase = 'catching up';
    fanOut.take(channel, itemOf(channel, 1, { lane: 0 }));
    const to = { epoch: EPOCH, offset: 0, chain: '0'.repeat(16) };
    fanOut.take(channel, { kind: 'break', channel: channel.name, reason: 'rewound', to });
    // It read the log behind the break already, in which the entry does not stand.
    subscription.breaks = channel.breaks;
    fanOut.run();
    finish();
    expect(wire.sent).toEqual([]);
  });

  test('is given to who came while it was handed on, and to nobody who left', () => {
    const [channel, members] = channelOf('chat:large', 1_000);
    const [other, [late]] = channelOf('chat:other', 1);
    take(channel, offsets(1));
    const { wire, subscription } = late as Member;
    other.all.delete(subscription);
    channel.all.add(subscription);
    const left = members.at(-1) as Member;
    left.subscription.phase = 'closed';
    finish();
    expect(told(wire.sent)).toEqual([1]);
    expect(sent(left)).toEqual([]);
  });
});

function chainOf(offset: number): string {
  return String(offset).padStart(16, '0');
}

function itemOf(channel: FollowedChannel, offset: number, over = {}, bytes = 10) {
  const { entry } = message(offset, over, bytes);
  return { kind: 'entry', channel: channel.name, entry, isFill: false } as const;
}
