import { Buffer } from 'node:buffer';

/** What was copied already, as long as the view that it was copied from is held by anybody. */
const copies = new WeakMap<Buffer, Buffer>();

/**
 * The same bytes in memory that holds nothing else. A view keeps all that it looks into: what was read from a
 * socket together with it, or what Node gives small buffers out of. For what is kept longer than a turn.
 * The same view has one copy, however many keep it.
 */
export function ownBytes(view: Buffer): Buffer {
  if (view.buffer.byteLength === view.length) return view;
  const known = copies.get(view);
  if (known) return known;
  const own = Buffer.allocUnsafeSlow(view.length);
  view.copy(own);
  copies.set(view, own);
  return own;
}
