import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  formatPosition,
  genesis,
  genesisTime,
  parsePosition,
  requirePosition,
} from '../../../src/broker/position.js';

const hex16 = fc
  .bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn })
  .map((value) => value.toString(16).padStart(16, '0'));

test('what was written is read back', () => {
  const positions = fc.record({
    epoch: hex16,
    chain: hex16,
    offset: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  });
  fc.assert(
    fc.property(positions, (position) => {
      expect(parsePosition(formatPosition(position))).toEqual(position);
    }),
  );
});

test('a genesis position tells when it was given', () => {
  const position = genesis('a'.repeat(16), 1_700_000_000_123.9);
  expect(position.offset).toBe(0);
  expect(genesisTime(position)).toBe(1_700_000_000_123);
  expect(parsePosition(formatPosition(position))).toEqual(position);
});

const good = `1${'a'.repeat(16)}${'b'.repeat(16)}7`;

test.each([
  ['nothing', ''],
  ['another version', `2${good.slice(1)}`],
  ['a missing offset', good.slice(0, -1)],
  ['a negative offset', `${good.slice(0, -1)}-7`],
  ['a leading zero', `${good.slice(0, -1)}07`],
  ['an offset beyond exact numbers', `${good.slice(0, -1)}9007199254740992`],
  ['capitals', good.toUpperCase()],
  ['a line end', `${good}\n`],
  ['something before it', ` ${good}`],
])('%s is refused', (_what, text) => {
  expect(parsePosition(good)).not.toBeNull();
  expect(parsePosition(text)).toBeNull();
  expect(() => requirePosition(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});
