import { FanOut } from '../../../src/delivery/fan-out.js';
import { FlushSchedule } from '../../../src/delivery/flush-schedule.js';
import { FollowedChannel } from '../../../src/delivery/followed-channel.js';
import { JoinedFrames } from '../../../src/delivery/joined-frames.js';
import type { Subscription } from '../../../src/delivery/subscription.js';
import { Metrics } from '../../../src/telemetry/metrics.js';
import { CHANNEL, EPOCH, type HeldWire, message, outboxUnderTest } from './outbox-under-test.js';

export interface Member {
  readonly wire: HeldWire;
  readonly subscription: Subscription;
}

/**
 * One channel with so many live members, each on a connection of its own, and a clock that moves by
 * `lookMs` with each look: sixteen members are given something between two.
 */
export function fanOutUnderTest(count: number, lookMs: number) {
  let clock = 1_000;
  const tasks: (() => void)[] = [];
  const rules = {
    now: () => (clock += lookMs),
    isUrgentNear: () => false,
    next: (task: () => void) => tasks.push(task),
  };
  const fanOut = new FanOut({
    schedule: new FlushSchedule({ windowMs: 0, joined: new JoinedFrames(), ...rules }),
    metrics: new Metrics(),
    fallBehind: (subscription) => (subscription.phase = 'catching up'),
    ...rules,
  });
  const start = { epoch: EPOCH, offset: 0, chain: '0'.repeat(16) };
  const channel = new FollowedChannel(CHANNEL, start);
  const members: Member[] = Array.from({ length: count }, () => {
    const { wire, subscription } = outboxUnderTest();
    subscription.phase = 'live';
    subscription.begin();
    channel.all.add(subscription);
    return { wire, subscription };
  });
  let top = 0;
  return {
    channel,
    members,
    /** So many more entries come, in one batch; what fills a hole was read by the relay. */
    take(entries: number, over: object = {}, isFill = false): void {
      for (let left = entries; left > 0; left -= 1) {
        top += 1;
        const { entry } = message(top, over);
        fanOut.take(channel, { kind: 'entry', channel: CHANNEL, entry, isFill });
      }
      fanOut.run();
    },
    /** The history breaks off behind what came, and goes on there: nobody misses anything by that. */
    breakOff(): void {
      const to = message(top).place;
      fanOut.take(channel, { kind: 'break', channel: CHANNEL, reason: 'trimmed', to });
      fanOut.run();
    },
    /** Runs what is to come in the next turn. False: nothing is. */
    turn(): boolean {
      const now = tasks.splice(0);
      for (const task of now) task();
      return now.length > 0;
    },
  };
}
