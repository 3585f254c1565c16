import { expect, test } from '@jest/globals';
import { overloadOf } from '../../../bench/measure/generator-limit.js';
import { missingOverload, type Offered } from '../../../bench/measure/overload-evidence.js';

const easy: Offered = {
  ...{ owed: 384_000, inTime: 383_016, told: 0, refused: 0, p99Ms: 92, coreShare: 0.97 },
};

test('a load of which everything came in time is no overload', () => {
  expect(missingOverload(easy)).toEqual([
    'nothing was overloaded: 99.7 % were there in time, p99 92 ms, nothing told or refused',
  ]);
});

test('a load that came to nothing is no overload', () => {
  expect(missingOverload({ ...easy, owed: 0, inTime: 0 })).toHaveLength(1);
});

test.each<[string, Partial<Offered>]>([
  ['something was told to be lost', { told: 1 }],
  ['something was refused', { refused: 1 }],
  ['deliveries fell behind', { inTime: 380_000 }],
  ['they came late', { p99Ms: 101 }],
])('it was an overload where %s', (_, part) => {
  expect(missingOverload({ ...easy, ...part })).toEqual([]);
});

test('what comes late from a server that is idle overloads something else', () => {
  expect(missingOverload({ ...easy, p99Ms: 300, coreShare: 0.07 })).toEqual([
    'nothing was overloaded: the server and its Redis used 7 % of their core',
  ]);
});

test('a generator beyond 85 % of its core measures itself', () => {
  expect(overloadOf(0.85)).toEqual([]);
  expect(overloadOf(0.86)).toEqual(['the generator used 86 % of its core and measured itself']);
});
