import { Buffer } from 'node:buffer';

const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;
const MASKED = 0x80;

/** Length of the header in front of a server's payload (RFC 6455, section 5.2). */
export function frameHeaderBytes(payloadBytes: number): number {
  if (payloadBytes < 126) return 2;
  return payloadBytes < 65_536 ? 4 : 10;
}

/** Writes the header of a whole unmasked frame to the beginning of a buffer. */
export function writeFrameHeader(frame: Buffer, payloadBytes: number, binary: boolean): void {
  frame[0] = binary ? FIN_BINARY : FIN_TEXT;
  if (payloadBytes < 126) {
    frame[1] = payloadBytes;
  } else if (payloadBytes < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(payloadBytes, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(payloadBytes, 6);
  }
}

/** One whole unmasked server frame: header and payload in one buffer. */
export function websocketFrame(payload: Buffer, binary: boolean): Buffer {
  const start = frameHeaderBytes(payload.length);
  const frame = Buffer.allocUnsafe(start + payload.length);
  writeFrameHeader(frame, payload.length, binary);
  payload.copy(frame, start);
  return frame;
}

/** One whole unmasked server frame of text. */
export function textFrame(text: string): Buffer {
  const size = Buffer.byteLength(text);
  const start = frameHeaderBytes(size);
  const frame = Buffer.allocUnsafe(start + size);
  writeFrameHeader(frame, size, false);
  frame.write(text, start, 'utf8');
  return frame;
}

/** One whole frame of text as a client sends it, masked with four bytes; up to 65,535 bytes of it. */
export function maskedTextFrame(text: string, mask: readonly number[]): Buffer {
  const frame = textFrame(text);
  frame[1] = (frame[1] ?? 0) | MASKED;
  const head = frameHeaderBytes(Buffer.byteLength(text));
  const payload = frame.subarray(head).map((byte, index) => byte ^ (mask[index & 3] ?? 0));
  return Buffer.concat([frame.subarray(0, head), Buffer.from(mask), payload]);
}
