import { describe, expect, test } from '@jest/globals';
import { growthOf } from '../../src/heap-room.js';

const MIB = 1_048_576;

describe('how far a heap may grow before all of it is marked', () => {
  test('is 128 MiB more', () => {
    expect(growthOf(128 * MIB)).toBe(100);
    expect(growthOf(200 * MIB)).toBe(64);
  });

  test('is three times as much where it is small', () => {
    expect(growthOf(20 * MIB)).toBe(300);
  });

  test('is for V8 to say where that is less than a third of it', () => {
    expect(growthOf(420 * MIB)).toBe(30);
    expect(growthOf(440 * MIB)).toBe(0);
  });
});
