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
    clock.restart(9_000, 0);
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

  test('knows how wrong it may be', async () => {
    const time = new VirtualTime();
    const clock = new ServerClock(time.environment);
    clock.restart(9_000, 400);
    expect([clock.earliest(), clock.latest()]).toEqual([9_000, 9_400]);
    const sentAtMs = time.nowMs;
    await time.advance(100);
    clock.heard(20_000, sentAtMs);
    expect([clock.earliest(), clock.now(), clock.latest()]).toEqual([20_000, 20_050, 20_100]);
  });

  test('forgets what it measured before a new session', () => {
    const time = new VirtualTime();
    const clock = new ServerClock(time.environment);
    clock.heard(20_000, time.nowMs);
    clock.restart(80_000, 0);
    expect(clock.now()).toBe(80_000);
  });
});
