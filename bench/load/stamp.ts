import type { Buffer } from 'node:buffer';

/** Tells of a published text which one it is and when it was due. */
export interface Stamp {
  /** Counted from 0 in its channel. */
  readonly number: number;
  readonly channel: number;
  readonly stream: number;
  /** On the monotonic clock of the machine, in milliseconds. */
  readonly dueAt: number;
}

const FIELDS = [10, 6, 2, 16] as const;
const STAMP_WIDTH = FIELDS.reduce((sum, width) => sum + width + 1, 0);

/** A text of exactly this many bytes that begins with its stamp. */
export function stamped({ number, channel, stream, dueAt }: Stamp, bytes: number): string {
  if (bytes < STAMP_WIDTH) throw new RangeError(`A message has at least ${STAMP_WIDTH} bytes.`);
  const fields = [String(number), String(channel), String(stream), dueAt.toFixed(3)];
  const head = fields.map((field, i) => `${field.padStart(FIELDS[i] ?? 0)} `).join('');
  return head + 'x'.repeat(bytes - head.length);
}

/** Null for a text that carries no stamp. */
export function stampOf(text: unknown): Stamp | null {
  if (typeof text !== 'string' || text.length < STAMP_WIDTH) return null;
  let at = 0;
  const [number, channel, stream, dueAt] = FIELDS.map((width) => {
    const field = Number(text.slice(at, at + width));
    at += width + 1;
    return field;
  });
  if (number === undefined || channel === undefined || stream === undefined) return null;
  if (dueAt === undefined || !Number.isFinite(number + channel + stream + dueAt)) return null;
  return { number, channel, stream, dueAt };
}

const QUOTE = 0x22;
const SPACE = 0x20;
const ZERO = 0x30;

/** Of each field, from where the stamp begins: the blank behind it. */
const [NUMBER_END, CHANNEL_END, STREAM_END, DUE_END] = blanks();

/**
 * Where a stamp begins in the bytes of a packet, found by how it is spaced and not by decoding: JSON has
 * no blanks but those of the stamp. -1 where there is none.
 *
 * @param hint where the last one was, from the start of its packet: this one is mostly there too
 */
export function findStamp(bytes: Buffer, start: number, end: number, hint: number): number {
  const last = end - STAMP_WIDTH;
  if (hint > 0 && start + hint <= last && isStamp(bytes, start + hint)) return start + hint;
  for (let at = start + 1; at <= last; at += 1) if (isStamp(bytes, at)) return at;
  return -1;
}

/** The number of the message whose stamp begins there. */
export function numberAt(bytes: Buffer, at: number): number {
  return field(bytes, at, at + NUMBER_END);
}

/** The number of its channel. */
export function channelAt(bytes: Buffer, at: number): number {
  return field(bytes, at + NUMBER_END + 1, at + CHANNEL_END);
}

function isStamp(bytes: Buffer, at: number): boolean {
  return (
    bytes[at - 1] === QUOTE &&
    bytes[at + NUMBER_END] === SPACE &&
    bytes[at + CHANNEL_END] === SPACE &&
    bytes[at + STREAM_END] === SPACE &&
    bytes[at + DUE_END] === SPACE &&
    isDigit(bytes[at + NUMBER_END - 1]) &&
    isDigit(bytes[at + CHANNEL_END - 1]) &&
    isDigit(bytes[at + STREAM_END - 1]) &&
    isDigit(bytes[at + DUE_END - 1])
  );
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}

/** From behind, as far as there are digits: what stands before them is blank. */
function field(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  let worth = 1;
  for (let at = to - 1; at >= from; at -= 1) {
    const digit = (bytes[at] ?? SPACE) - ZERO;
    if (digit < 0) break;
    value += digit * worth;
    worth *= 10;
  }
  return value;
}

function blanks(): readonly [number, number, number, number] {
  const [number, channel, stream, due] = FIELDS;
  const channelEnd = number + 1 + channel;
  const streamEnd = channelEnd + 1 + stream;
  return [number, channelEnd, streamEnd, streamEnd + 1 + due];
}
