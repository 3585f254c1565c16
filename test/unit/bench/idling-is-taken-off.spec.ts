import { expect, test } from '@jest/globals';
import { typicalOf } from '../../../bench/measure/usage.js';

const spanOf = (elapsedMs: number, user: number, system: number, redis = 0) => ({
  ...{ elapsedMs, redis },
  server: { user, system },
});

test('one time of idling that was disturbed does not make what costs little look free', () => {
  const quiet = Array.from({ length: 4 }, () => spanOf(2_000, 20_000, 20_000, 4_000));
  const { server, redis } = typicalOf([...quiet, spanOf(1_000, 500_000, 100_000, 90_000)]);
  expect(server.user + server.system).toBeCloseTo(20);
  expect(redis).toBeCloseTo(2);
});

test('how a time is split into user and system is that of all of them together', () => {
  // Of each alone the kernel knows it to a hundredth of a second only.
  const { server } = typicalOf([spanOf(1_000, 0, 10_000), spanOf(1_000, 10_000, 0)]);
  expect([server.user, server.system]).toEqual([5, 5]);
});
