import { Buffer } from 'node:buffer';

const FIN_TEXT = 0x81;
const MASKED = 0x80;

/** Any key but zeros, which a server would recognise and leave out the work of unmasking. */
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** A whole text frame as a server sends it. */
export function serverFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([header(payload.length, 0), payload]);
}

/** A whole text frame as a client sends it: masked. */
export function clientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  for (let at = 0; at < payload.length; at += 1) {
    payload[at] = (payload[at] ?? 0) ^ (MASK[at & 3] ?? 0);
  }
  return Buffer.concat([header(payload.length, MASKED), MASK, payload]);
}

function header(size: number, flag: number): Buffer {
  if (size < 126) return Buffer.from([FIN_TEXT, flag | size]);
  if (size > 65_535) throw new RangeError('The bench sends no text above 65,535 bytes.');
  return Buffer.from([FIN_TEXT, flag | 126, size >> 8, size & 0xff]);
}
