import { describe, expect, test } from '@jest/globals';
import { slotOf } from '../../../src/redis/slots.js';

describe('a hash tag', () => {
  // `CLUSTER KEYSLOT` of a Redis said so; the first is the check value of CRC16 XMODEM.
  test.each([
    ['123456789', 0x31c3],
    ['foo', 12_182],
    ['0', 13_907],
    ['', 0],
  ])('%j is in the slot that Redis finds for it', (tag, slot) => {
    expect(slotOf(tag)).toBe(slot);
  });
});
