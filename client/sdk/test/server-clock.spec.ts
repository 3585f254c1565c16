import { describe, expect, test } from '@jest/globals';
import { ServerClock } from '../src/server-clock.js';
import { VirtualTime } from './support/virtual-time.js';

describe('the estimate of the cluster clock', () => {
  test('is the device clock until a server speaks', () => {
    const { environment } = new VirtualTime();
    expect(new ServerClock(environment).now()).toBe(5_000_000);
  });

  test('believes the sample with the shortest round trip', async () => {
    const time = new VirtualTime();
    const clock = new ServerClock(time.environment);
    clock.restart(9_000);
    expect(clock.now()).toBe(9_000);
    const first = time.nowMs;
    await time.advance(100);
    clock.heard(20_000, first);
    expect(clock.now()).toBe(20_050);
    const second = time.nowMs;
    await time.advance(10);
    clock.heard(30_000, second);
    expect(clock.now()).toBe(30_005);
    const third = time.nowMs;
    await time.advance(500);
    clock.heard(90_000, third);
    expect(clock.now()).toBe(30_505);
  });

  test('forgets what it measured before a new session', () => {
    const time = new VirtualTime();
    const clock = new ServerClock(time.environment);
    clock.heard(20_000, time.nowMs);
    clock.restart(80_000);
    expect(clock.now()).toBe(80_000);
  });
});
