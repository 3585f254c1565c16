import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Remembered } from '../../../src/kernel/remembered.js';

test('what was made lately is not made again, and there is never more of it than was said', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.nat({ max: 40 }), { maxLength: 400 }),
      (most, numbers) => {
        const remembered = new Remembered<{ readonly number: number }>(most);
        let expected: number[] = [];
        for (const number of numbers) {
          let isMade = false;
          const found = remembered.of(`${number}`, () => {
            isMade = true;
            return { number };
          });
          expect([found.number, isMade]).toEqual([number, !expected.includes(number)]);
          if (isMade) expected = [...expected, number].slice(-most);
          expect(remembered.size).toBe(expected.length);
        }
      },
    ),
  );
});
