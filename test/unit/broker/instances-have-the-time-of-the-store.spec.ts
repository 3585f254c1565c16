import { describe, expect, test } from '@jest/globals';
import { ClusterClock } from '../../../src/broker/redis/cluster-clock.js';

const NOON = 1_800_000_000_000;

/** A store and an instance whose clocks are held in hand. */
function worldUnderTest() {
  const world = { elapsedMs: 0, storeMs: NOON, wayMs: 1 };
  const pass = (ms: number): void => {
    world.elapsedMs += ms;
    world.storeMs += ms;
  };
  const clock = new ClusterClock(
    {
      time: () => {
        pass(world.wayMs / 2);
        const answer = [Math.floor(world.storeMs / 1000), (world.storeMs % 1000) * 1000];
        pass(world.wayMs / 2);
        return Promise.resolve(answer);
      },
    },
    { now: () => NOON - 5_000, monotonic: () => world.elapsedMs },
  );
  return { world, pass, clock };
}

describe('a store', () => {
  test('that was not asked yet leaves the instance its own time', () => {
    expect(worldUnderTest().clock.now()).toBe(NOON - 5_000);
  });

  test('is followed by the answer that had the shortest way', async () => {
    const { world, pass, clock } = worldUnderTest();
    await clock.sample();
    world.wayMs = 90;
    pass(2_500);
    await clock.sample();
    expect(Math.abs(clock.now() - world.storeMs)).toBeLessThanOrEqual(1);
  });

  test('set to another time is followed with the next answer, however short the way of those before', async () => {
    const { world, pass, clock } = worldUnderTest();
    for (let answers = 0; answers < 8; answers += 1) {
      await clock.sample();
      pass(2_500);
    }
    for (const jumpMs of [600_000, -3_600_000]) {
      world.storeMs += jumpMs;
      world.wayMs += 10;
      await clock.sample();
      expect(Math.abs(clock.now() - world.storeMs)).toBeLessThanOrEqual(1);
      pass(2_500);
    }
  });
});
