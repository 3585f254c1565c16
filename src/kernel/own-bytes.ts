import { Buffer } from 'node:buffer';

/**
 * The same bytes in memory that holds nothing else. A view keeps all that it looks into: what was read from a
 * socket together with it, or what Node gives small buffers out of. For what is kept longer than a turn.
 */
export function ownBytes(view: Buffer): Buffer {
  if (view.buffer.byteLength === view.length) return view;
  const own = Buffer.allocUnsafeSlow(view.length);
  view.copy(own);
  return own;
}
