import { Buffer, isUtf8 } from 'node:buffer';

/** An event as a client sends it. */
export interface IncomingEvent {
  /** What its acknowledgement is called; null: none was asked for. */
  readonly id: number | null;
  /** Its name, and what it carries. */
  readonly data: unknown[];
  /** Where the next frame begins. */
  readonly end: number;
}

/** A whole text frame without extensions (RFC 6455, section 5.2). */
const FIN_TEXT = 0x81;
/** Clients mask what they send; the rest of the byte is the length. */
const MASKED = 0x80;
const LENGTH = 0x7f;
const LENGTH_IN_TWO_BYTES = 126;
const MASK_BYTES = 4;

/** Engine.IO's message, Socket.IO's event, and what follows: a number and an array, or the array. */
const MESSAGE = 0x34;
const EVENT = 0x32;
const ZERO = 0x30;
const NINE = 0x39;
const ARRAY = 0x5b;

/** So many digits are a safe integer. */
const DIGITS_MAX = 15;

/** Longer ones are rare, and copying them once more is next to nothing beside what they cost. */
export const EVENT_BYTES_MAX = 16_384;

const HEAD_BYTES = 2;
const LONG_HEAD_BYTES = 4;

const plain = Buffer.allocUnsafeSlow(EVENT_BYTES_MAX);

/**
 * The event in the frame that begins at `start`, as Socket.IO would read it: nothing is changed in
 * `bytes`. Null is for what Socket.IO must see itself: another kind of frame or packet, another
 * namespace, one that is not whole, longer than `maxBytes` or malformed.
 */
export function eventAt(
  bytes: Buffer,
  start: number,
  end: number,
  maxBytes: number,
): IncomingEvent | null {
  if (end - start < 2 + MASK_BYTES || bytes[start] !== FIN_TEXT) return null;
  const second = bytes[start + 1] ?? 0;
  if ((second & MASKED) === 0) return null;
  let length = second & LENGTH;
  let mask = start + 2;
  if (length === LENGTH_IN_TWO_BYTES) {
    length = ((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0);
    mask += 2;
  } else if (length > LENGTH_IN_TWO_BYTES) return null;
  const payload = mask + MASK_BYTES;
  const next = payload + length;
  if (next > end || length > maxBytes || length > EVENT_BYTES_MAX) return null;
  const isAscii = unmask(bytes, mask, length);
  if (plain[0] !== MESSAGE || plain[1] !== EVENT) return null;
  let json = 2;
  let id = 0;
  for (; json < length && json < 2 + DIGITS_MAX; json += 1) {
    const byte = plain[json] ?? 0;
    if (byte < ZERO || byte > NINE) break;
    id = id * 10 + (byte - ZERO);
  }
  if (json >= length || plain[json] !== ARRAY) return null;
  if (!isAscii && !isUtf8(plain.subarray(json, length))) return null;
  const data = parsed(plain.toString(isAscii ? 'latin1' : 'utf8', json, length));
  return data === null ? null : { id: json === 2 ? null : id, data, end: next };
}

/**
 * How many bytes the frame has that begins at `start`, whatever kind it is; while too little of it is
 * there, as many as tell. 0: it is longer than any event, or has no mask.
 */
export function frameBytes(bytes: Buffer, start: number, end: number): number {
  if (end - start < HEAD_BYTES) return HEAD_BYTES;
  const second = bytes[start + 1] ?? 0;
  const length = second & LENGTH;
  if ((second & MASKED) === 0 || length > LENGTH_IN_TWO_BYTES) return 0;
  if (length < LENGTH_IN_TWO_BYTES) return HEAD_BYTES + MASK_BYTES + length;
  if (end - start < LONG_HEAD_BYTES) return LONG_HEAD_BYTES;
  const long = ((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0);
  return long > EVENT_BYTES_MAX ? 0 : LONG_HEAD_BYTES + MASK_BYTES + long;
}

/** Into `plain`. Whether all of it is ASCII, which is made a string at half the cost. */
function unmask(bytes: Buffer, mask: number, length: number): boolean {
  const payload = mask + MASK_BYTES;
  let all = 0;
  for (let index = 0; index < length; index += 1) {
    const byte = (bytes[payload + index] ?? 0) ^ (bytes[mask + (index & 3)] ?? 0);
    plain[index] = byte;
    all |= byte;
  }
  return all < 0x80;
}

function parsed(text: string): unknown[] | null {
  try {
    const data: unknown = JSON.parse(text);
    return Array.isArray(data) ? data : null;
  } catch {
    return null;
  }
}
