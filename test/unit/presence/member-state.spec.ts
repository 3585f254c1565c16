import { describe, expect, test } from '@jest/globals';
import { encodeState } from '../../../src/presence/member-state.js';

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 1; level < depth; level++) value = [value];
  return value;
}

describe('the state of a member', () => {
  test.each([
    ['null', null],
    ['an object', { typing: true, at: [1, 'two', null, {}] }],
    ['exactly 1 KiB', 'x'.repeat(1_022)],
  ])('may be %s', (_what, state) => {
    expect(encodeState(state)).toBe(JSON.stringify(state));
  });

  test.each([
    ['absent', undefined],
    ['above 1 KiB', 'x'.repeat(1_023)],
    ['above 1 KiB in bytes', 'é'.repeat(600)],
    ['wide', Array.from({ length: 100_000 }, () => 0)],
    ['deeper than a stack', nested(200_000)],
    ['binary', Buffer.from('x')],
    ['an object with a binary part', { part: new Uint8Array(1) }],
    ['a forged placeholder', [{ _placeholder: true, num: 0 }]],
  ])('may not be %s', (_what, state) => {
    expect(() => encodeState(state)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
