import { Buffer } from 'node:buffer';

/** What a frame brings: its payload is `bytes` from `start` to `end`. */
export type OnFrame = (bytes: Buffer, start: number, end: number, opcode: number) => void;

const MASKED = 0x80;

/**
 * Finds WebSocket frames in what comes from a network stream. Nothing is copied but frames that were cut
 * in two, so that counting a message costs the reading of its header.
 */
export class FrameScanner {
  #rest: Buffer | null = null;

  constructor(private readonly onFrame: OnFrame) {}

  push(chunk: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = null;
    let at = 0;
    for (;;) {
      const next = this.#frameAt(bytes, at);
      if (next === null) break;
      at = next;
    }
    if (at < bytes.length) this.#rest = bytes.subarray(at);
  }

  /** Where the next frame begins; null when this one is not complete. */
  #frameAt(bytes: Buffer, at: number): number | null {
    if (bytes.length < at + 2) return null;
    const second = bytes.readUInt8(at + 1);
    const shortSize = second & 0x7f;
    let start = at + 2;
    let size = shortSize;
    if (shortSize === 126) {
      if (bytes.length < start + 2) return null;
      size = bytes.readUInt16BE(start);
      start += 2;
    } else if (shortSize === 127) {
      if (bytes.length < start + 8) return null;
      size = Number(bytes.readBigUInt64BE(start));
      start += 8;
    }
    const isMasked = (second & MASKED) !== 0;
    if (isMasked) start += 4;
    const end = start + size;
    if (bytes.length < end) return null;
    if (isMasked) unmask(bytes, start, end);
    this.onFrame(bytes, start, end, bytes.readUInt8(at) & 0x0f);
    return end;
  }
}

function unmask(bytes: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at += 1) {
    bytes[at] = (bytes[at] ?? 0) ^ (bytes[start - 4 + ((at - start) & 3)] ?? 0);
  }
}
