import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../client/cli/src/verify/seeded-random.js';
import { type Sample, slopeOf } from '../../faults/soak/slope.js';

const SEED = 52;

/** A value a second for ten minutes that grows by so much a minute, with noise. */
function samples(perMinute: number, noise: number): Sample[] {
  const random = seededRandom(SEED);
  return Array.from({ length: 600 }, (_, second) => ({
    atMinutes: second / 60,
    value: 100_000 + (perMinute * second) / 60 + noise * (random.next() - 0.5),
  }));
}

test(`what grows is known through its noise (seed ${SEED})`, () => {
  const { perMinute, least, most } = slopeOf(samples(500, 5_000));
  expect(least).toBeGreaterThan(0);
  expect(least).toBeLessThan(500);
  expect(most).toBeGreaterThan(500);
  expect(Math.abs(perMinute - 500)).toBeLessThan(200);
});

test(`what does not grow is not said to (seed ${SEED})`, () => {
  const { least, most } = slopeOf(samples(0, 5_000));
  expect(least).toBeLessThan(0);
  expect(most).toBeGreaterThan(0);
});

test('of too few samples nothing is said', () => {
  expect(slopeOf(samples(1, 1).slice(0, 5)).least).toBeNaN();
});
