import { expect, test } from '@jest/globals';
import { missingStall, type Stall } from '../../../bench/measure/stall-evidence.js';

const tested: Stall = {
  ...{ clients: 50, toldBefore: 0, deprived: 50, ended: 0, refused: 0, tells: true },
};

test('memory was tested where everybody who stalled was told of a loss', () => {
  expect(missingStall(tested)).toEqual([]);
});

test.each<[string, Partial<Stall>, string]>([
  [
    'the kernel held everything',
    { deprived: 0 },
    'memory was not tested: the kernel held all that 50 of 50 were sent',
  ],
  [
    'it held everything for some',
    { deprived: 43 },
    'memory was not tested: the kernel held all that 7 of 50 were sent',
  ],
  ['some were ended', { ended: 2 }, '2 of those who stalled were ended, and held no memory then'],
  ['a publish was refused', { refused: 3 }, '3 publishes were refused'],
  [
    'something was lost while everybody read',
    { toldBefore: 4 },
    '4 messages were told lost before anybody stalled',
  ],
])('a leg does not count where %s', (_, part, fault) => {
  expect(missingStall({ ...tested, ...part })).toEqual([fault]);
});

test('of a server that holds whatever it is given nobody expects to be told', () => {
  expect(missingStall({ ...tested, tells: false, deprived: 0 })).toEqual([]);
});
