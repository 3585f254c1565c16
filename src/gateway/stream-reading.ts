import { Buffer } from 'node:buffer';
import type { Socket as NetSocket } from 'node:net';
import { handleOf, type OnRead, streamBinding, type StreamHandle } from './stream-binding.js';

/** Sees what is read before the stream does. */
export interface BeneathReader {
  /**
   * Takes whole units from the beginning of what was read, as many as it likes: says how many bytes.
   * They are gone when it returns. Never throws.
   */
  take(bytes: Buffer, length: number): number;
}

interface Reading {
  /** The stream's own way to learn of a read. */
  readonly stock: OnRead;
  reader: BeneathReader;
}

const READING = Symbol('reading');

interface ReadHandle extends StreamHandle {
  [READING]?: Reading;
}

/** As much as libuv offers to read at once. */
const READ_BYTES = 65_536;

/** One for all streams: what a read brings is used up before the next one begins. */
const shared = streamBinding ? Buffer.allocUnsafeSlow(READ_BYTES) : null;

/**
 * Lets a reader see what a stream reads, before the stream does; what it does not take goes to the
 * stream as if nobody had looked. A stream by itself takes new memory for each read and gives it
 * through several layers. Only while the stream is flowing and holds nothing: a reader that must know
 * asks it. A later reader takes the place of an earlier one.
 *
 * False: what lies beneath this stream is not known here, and nothing has changed.
 */
export function readBeneath(stream: NetSocket, reader: BeneathReader): boolean {
  const handle: ReadHandle | null = handleOf(stream);
  if (!shared || !handle) return false;
  const { [READING]: known } = handle;
  if (known) {
    known.reader = reader;
    return true;
  }
  if (typeof handle.useUserBuffer !== 'function' || typeof handle.onread !== 'function') {
    return false;
  }
  handle[READING] = { stock: handle.onread, reader };
  handle.useUserBuffer(shared);
  handle.onread = onRead;
  return true;
}

/** Must return nothing: anything else is taken for the memory to read into from now on. */
function onRead(this: ReadHandle): void {
  const { [READING]: reading } = this;
  if (!streamBinding || !shared || !reading) return;
  const { streamBaseState: state, kReadBytesOrError, kArrayBufferOffset } = streamBinding;
  const read = state[kReadBytesOrError] ?? 0;
  const taken = read > 0 ? reading.reader.take(shared, read) : 0;
  if (read > 0 && taken === read) return;
  if (read <= 0) {
    reading.stock.call(this);
    return;
  }
  // Memory of its own, as the stream expects: it may keep it.
  const rest = Buffer.allocUnsafeSlow(read - taken);
  shared.copy(rest, 0, taken, read);
  state[kReadBytesOrError] = rest.length;
  state[kArrayBufferOffset] = 0;
  reading.stock.call(this, rest.buffer);
}
