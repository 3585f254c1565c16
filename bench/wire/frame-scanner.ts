import { Buffer } from 'node:buffer';

/** What a frame brings: its payload is `bytes` from `start` to `end`, for as long as the call lasts. */
export type OnFrame = (bytes: Buffer, start: number, end: number, opcode: number) => void;

const MASKED = 0x80;
/** Or 126 and 127, where it is written behind. */
const SHORT_SIZE = 0x7f;

/**
 * Finds WebSocket frames in what comes from a network stream. Nothing is copied but frames that were cut
 * in two, so that counting a message costs the reading of its header. Keeps nothing of a chunk: its
 * memory may be used again.
 */
export class FrameScanner {
  /** The beginning of a frame. */
  #rest: Buffer | null = null;

  constructor(private readonly onFrame: OnFrame) {}

  push(chunk: Buffer): void {
    let at = 0;
    while (this.#rest !== null) {
      const { length } = this.#rest;
      const to = at + wanted(this.#rest) - length;
      const whole = Buffer.concat([this.#rest, chunk.subarray(at, to)]);
      at = Math.min(to, chunk.length);
      this.#rest = this.#takeFrame(whole, 0) < 0 ? whole : null;
      if (to > chunk.length) return;
    }
    while (at < chunk.length) {
      const next = this.#takeFrame(chunk, at);
      if (next < 0) break;
      at = next;
    }
    // A copy: what the chunk lies in is used again.
    if (at < chunk.length) this.#rest = Buffer.from(chunk.subarray(at));
  }

  /** Where the next frame begins; -1 when this one is not complete. */
  #takeFrame(bytes: Buffer, at: number): number {
    const head = headSize(bytes, at);
    if (bytes.length < at + head) return -1;
    const start = at + head;
    const end = start + bodySize(bytes, at);
    if (bytes.length < end) return -1;
    if (((bytes[at + 1] ?? 0) & MASKED) !== 0) unmask(bytes, start, end);
    this.onFrame(bytes, start, end, (bytes[at] ?? 0) & 0x0f);
    return end;
  }
}

/** How many bytes tell more of the frame that begins these, or are all of it. */
function wanted(bytes: Buffer): number {
  const head = headSize(bytes, 0);
  return bytes.length < head ? head : head + bodySize(bytes, 0);
}

/** How long the head of a frame is, as far as its first two bytes are there to tell. */
function headSize(bytes: Buffer, at: number): number {
  if (bytes.length < at + 2) return 2;
  const second = bytes[at + 1] ?? 0;
  const short = second & SHORT_SIZE;
  return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + ((second & MASKED) === 0 ? 0 : 4);
}

/** How long the payload of a frame is whose head is complete. */
function bodySize(bytes: Buffer, at: number): number {
  const short = (bytes[at + 1] ?? 0) & SHORT_SIZE;
  if (short < 126) return short;
  return short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
}

function unmask(bytes: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at += 1) {
    bytes[at] = (bytes[at] ?? 0) ^ (bytes[start - 4 + ((at - start) & 3)] ?? 0);
  }
}
