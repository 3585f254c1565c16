import { Buffer } from 'node:buffer';

const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;

/** One whole unmasked server frame (RFC 6455, section 5.2): header and payload in one buffer. */
export function websocketFrame(payload: Buffer, binary: boolean): Buffer {
  const size = payload.length;
  const headerSize = size < 126 ? 2 : size < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerSize + size);
  frame[0] = binary ? FIN_BINARY : FIN_TEXT;
  if (size < 126) {
    frame[1] = size;
  } else if (size < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(size, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(size, 6);
  }
  payload.copy(frame, headerSize);
  return frame;
}
