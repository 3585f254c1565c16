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

  test('forgets what it measured before a new session that contradicts it', () => {
    const time = new VirtualTime();
    const clock = new ServerClock(time.environment);
    clock.heard(20_000, time.nowMs);
    expect(clock.restart(80_000, 0)).toBe(false);
    expect(clock.now()).toBe(80_000);
  });

  test('goes on with its estimate where a new session allows it, and is as unsure as that', async () => {
    const time = new VirtualTime();
    const clock = new ServerClock(time.environment);
    clock.heard(20_000, time.nowMs);
    await time.advance(1_000);
    expect(clock.restart(20_700, 500)).toBe(true);
    expect([clock.earliest(), clock.now(), clock.latest()]).toEqual([20_700, 21_000, 21_200]);
  });

  test('is moved by a new session to the nearest time that this one allows', async () => {
    const time = new VirtualTime();
    const clock = new ServerClock(time.environment);
    const sentAtMs = time.nowMs;
    await time.advance(100);
    clock.heard(20_000, sentAtMs);
    // Between 20,000 and 20,100 by the sample; at least 20,070 by the session.
    expect(clock.restart(20_070, 500)).toBe(true);
    expect([clock.earliest(), clock.now(), clock.latest()]).toEqual([20_070, 20_070, 20_570]);
  });

  test('does not take the word of the device for a measurement', () => {
    const clock = new ServerClock(new VirtualTime().environment);
    expect(clock.restart(5_000_000, 1_000)).toBe(false);
  });

  test('any later measurement that is shorter than the handshake counts', async () => {
    const time = new VirtualTime();
    const clock = new ServerClock(time.environment);
    clock.heard(20_000, time.nowMs);
    clock.restart(20_000, 500);
    const sentAtMs = time.nowMs;
    await time.advance(20);
    clock.heard(20_300, sentAtMs);
    expect(clock.now()).toBe(20_310);
  });
});
