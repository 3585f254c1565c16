import process from 'node:process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NO_EXTRA } from '../../../src/broker/log-entry.js';
import { FanOut } from '../../../src/delivery/fan-out.js';
import { FlushSchedule } from '../../../src/delivery/flush-schedule.js';
import { FollowedChannel } from '../../../src/delivery/followed-channel.js';
import { JoinedFrames } from '../../../src/delivery/joined-frames.js';
import { Subscription } from '../../../src/delivery/subscription.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { Metrics } from '../../../src/telemetry/metrics.js';
import { CHANNEL, EPOCH, message, outboxUnderTest } from './outbox-under-test.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 300);
/** Printed in the claim. The same by default, so that a commit is judged by what it changed. */
const seed = Number(process.env['MODEL_SEED'] ?? 20_261_130);

const MEMBERS = 3;
const OTHER = 'chat:other' as ChannelName;
const START = { epoch: EPOCH, offset: 0, chain: '0'.repeat(16) };

/** What may happen, with two numbers to choose by. */
const ACTS = {
  /** A run of plain messages. */
  publish: (world, channel, count) => world.publish(channel, 1 + (count % 12), {}),
  publishLarge: (world, channel, count) => world.publish(channel, 1 + (count % 12), {}, 9_000),
  /** Runs in both channels, and one write for both. */
  publishBoth: (world, channel, count) => {
    world.take(channel, 1 + (count % 4), {});
    world.publish(channel + 1, 1 + (count % 3), {});
  },
  publishUrgent: (world, channel, count) => world.publish(channel, 1 + (count % 2), { lane: 0 }),
  /** Something in the run that is asked for its time. */
  publishMixed: (world, channel, count) => {
    world.take(channel, 1 + (count % 3), {});
    world.take(channel, 1, { ttlMs: 60_000 });
    world.publish(channel, 2, {});
  },
  stall: (world, member) => (world.member(member).wire.takes = false),
  drain: (world, member) => {
    world.member(member).wire.takes = true;
    world.member(member).wire.drain();
  },
  fallBehind: (world, member, channel) =>
    (world.subscription(member, channel).phase = 'catching up'),
  /** It has read up to where the channel is. */
  goLive: (world, member, channel) => world.goLive(member, channel),
  /** The entry that comes next was sent before its turn. */
  sendAhead: (world, member, channel) => world.sendAhead(member, channel),
  forget: (world, member, channel) =>
    world.member(member).outbox.forget(world.subscription(member, channel)),
  end: (world, member) => {
    if (member === 0) world.member(member).outbox.end();
  },
  turn: (world) => world.turn(),
} satisfies Record<string, (world: World, first: number, second: number) => unknown>;

type Script = readonly { readonly act: keyof typeof ACTS; first: number; second: number }[];

type Member = ReturnType<typeof memberOfBoth>;

function memberOfBoth() {
  const { wire, outbox, subscription: first } = outboxUnderTest({ bytesMax: 40_000 });
  const second = new Subscription(first.session, OTHER);
  second.startAt(START);
  return { wire, outbox, subscriptions: [first, second] };
}

/** Some connections in two channels. */
class World {
  readonly #channels = [new FollowedChannel(CHANNEL, START), new FollowedChannel(OTHER, START)];
  readonly #members = Array.from({ length: MEMBERS }, memberOfBoth);
  #nowMs = 1_000;
  #tasks: (() => void)[] = [];
  readonly #offsets = [0, 0];
  readonly #fanOut: FanOut;

  /** @param extra of a plain message: the log's own, or one that says as little and has to be looked into */
  constructor(private readonly extra: object) {
    const rules = {
      // Each look at the clock finds a slice over: a run may be given to some only when the next one comes.
      now: () => (this.#nowMs += 2),
      next: (task: () => void) => this.#tasks.push(task),
      isUrgentNear: () => false,
    };
    const schedule = new FlushSchedule({ windowMs: 0, joined: new JoinedFrames(), ...rules });
    const fallBehind = (subscription: Subscription): void => {
      subscription.phase = 'catching up';
    };
    this.#fanOut = new FanOut({ schedule, metrics: new Metrics(), fallBehind, ...rules });
    for (const [index, channel] of this.#channels.entries()) {
      for (const { subscriptions } of this.#members) {
        const subscription = subscriptions[index];
        if (!subscription) continue;
        subscription.phase = 'live';
        subscription.begin();
        channel.all.add(subscription);
      }
    }
  }

  member(number: number): Member {
    return this.#members[number % MEMBERS] as Member;
  }

  subscription(member: number, channel: number): Subscription {
    return this.member(member).subscriptions[channel % 2] as Subscription;
  }

  take(channel: number, count: number, over: object, bytes = 10): void {
    const at = channel % 2;
    const followed = this.#channels[at] as FollowedChannel;
    for (let left = count; left > 0; left -= 1) {
      const offset = (this.#offsets[at] ?? 0) + 1;
      this.#offsets[at] = offset;
      const { entry } = message(offset, { extra: this.extra, ...over }, bytes);
      this.#fanOut.take(followed, { kind: 'entry', channel: followed.name, entry, isFill: false });
    }
  }

  publish(channel: number, count: number, over: object, bytes = 10): void {
    this.take(channel, count, over, bytes);
    this.#fanOut.run();
  }

  goLive(member: number, channel: number): void {
    const subscription = this.subscription(member, channel);
    const { cursor } = this.#channels[channel % 2] as FollowedChannel;
    if (subscription.phase !== 'catching up') return;
    subscription.reached = cursor;
    subscription.phase = 'live';
  }

  sendAhead(member: number, channel: number): void {
    const { place } = message((this.#offsets[channel % 2] ?? 0) + 1);
    this.subscription(member, channel).overtakes(place);
  }

  turn(): void {
    for (const task of this.#tasks.splice(0)) task();
  }

  /** Everything that a client or whoever asks about it could see. */
  outcome(): object[] {
    while (this.#tasks.length > 0) this.turn();
    return this.#members.map(({ wire, outbox, subscriptions }) => ({
      ...{ sent: wire.sent, writes: wire.writes, frames: wire.frames, bytes: outbox.bytes },
      places: subscriptions.map(({ told, reached, phase }) => [told.offset, reached.offset, phase]),
    }));
  }
}

function play(script: Script, extra: object): object[] {
  const world = new World(extra);
  for (const { act, first, second } of script) ACTS[act](world, first, second);
  return world.outcome();
}

describe('messages that come together', () => {
  test(`are given as they would be one by one (MODEL_SEED=${seed})`, () => {
    const step = fc.record({
      act: fc.constantFrom(...(Object.keys(ACTS) as (keyof typeof ACTS)[])),
      first: fc.nat(11),
      second: fc.nat(11),
    });
    const property = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (script) => {
      expect(play(script, NO_EXTRA)).toEqual(play(script, {}));
    });
    fc.assert(property, { numRuns: RUNS, seed });
  }, 120_000);

  test('leave in one write, and the last of them is the place to go on from', () => {
    const { outbox, subscription, wire } = outboxUnderTest();
    const run = [message(1), message(2), message(3)];
    expect(outbox.pushAll(subscription, run, 30)).toBe(true);
    outbox.flush();
    expect([wire.writes, subscription.told.offset]).toEqual([[3], 3]);
  });

  test('stay as they are when something else comes behind them for one connection', () => {
    const { outbox, subscription, wire } = outboxUnderTest();
    const run = [message(1), message(2)];
    outbox.pushAll(subscription, run, 20);
    outbox.pushMessage(subscription, message(3));
    outbox.flush();
    expect(wire.sent.map((one) => 'offset' in one && one.offset)).toEqual([1, 2, 3]);
    expect(run.map(({ place }) => place.offset)).toEqual([1, 2]);
  });

  test('go one by one where something waits already, and where they are more than may be written at once', () => {
    const { outbox, subscription } = outboxUnderTest();
    const run = [message(2), message(3)];
    expect(outbox.pushAll(subscription, run, 65_537)).toBe(false);
    outbox.pushMessage(subscription, message(1));
    expect(outbox.pushAll(subscription, run, 20)).toBe(false);
  });
});
