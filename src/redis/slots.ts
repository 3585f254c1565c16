import { Buffer } from 'node:buffer';

const SLOTS = 16_384;
/** Of CRC16 in the form that is called XMODEM, which a cluster spreads its keys with. */
const POLYNOMIAL = 0x1021;

/** The slot of a Redis Cluster in which every key with this hash tag is. */
export function slotOf(tag: string): number {
  let crc = 0;
  for (const byte of Buffer.from(tag, 'utf8')) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
    }
    crc &= 0xffff;
  }
  return crc % SLOTS;
}
