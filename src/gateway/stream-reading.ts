import { Buffer } from 'node:buffer';
import type { Socket as NetSocket } from 'node:net';
import type { ReadingTurns } from './reading-turns.js';
import type { ReadingWindow, SendingPace } from './reading-window.js';
import { handleOf, type OnRead, streamBinding, type StreamHandle } from './stream-binding.js';

/** Sees what is read before the stream does. */
export interface BeneathReader {
  /**
   * Takes whole units from the beginning of `bytes` from `from` to `to`, as many as it likes: returns
   * where it stopped. They are gone when it returns. Never throws.
   */
  take(bytes: Buffer, from: number, to: number): number;
  /**
   * How many bytes the unit has that begins at `from`, or, while too little of it is there, as many as
   * tell. One that is not all there is kept until it is. 0: it goes to the stream as it comes. Asked
   * before anything of it, or behind it, went there.
   */
  unitBytes(bytes: Buffer, from: number, to: number): number;
  /** There is more than a read brings: what stands behind it has come, and is not heard yet. */
  isBehind(): void;
}

/** When streams are read. */
export interface ReadingTimes {
  /** Of those that have more than a read brings. */
  readonly turns: ReadingTurns;
  /** Of those that send without pause. */
  readonly window: ReadingWindow;
}

interface Reading {
  /** The stream's own way to learn of a read. */
  readonly stock: OnRead;
  readonly times: ReadingTimes;
  readonly pace: SendingPace;
  reader: BeneathReader;
  /** The beginning of a unit: a stream that is always full is cut somewhere by every read. */
  kept: Buffer | null;
}

const READING = Symbol('reading');

interface ReadHandle extends StreamHandle {
  [READING]?: Reading;
}

/** A stream that fills them has more, and waits for its turn with it. */
const READ_BYTES = 8_192;

/** What a handle must have. */
const METHODS = ['useUserBuffer', 'onread', 'readStop', 'readStart'] as const;

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
export function readBeneath(
  stream: NetSocket,
  reader: BeneathReader,
  times: ReadingTimes,
): boolean {
  const handle: ReadHandle | null = handleOf(stream);
  if (!shared || !handle) return false;
  const { [READING]: known } = handle;
  if (known) {
    known.reader = reader;
    return true;
  }
  const isKnown = METHODS.every((name) => typeof handle[name] === 'function');
  if (!isKnown) return false;
  const pace = times.window.newPace();
  handle[READING] = { stock: handle.onread, times, pace, reader, kept: null };
  handle.useUserBuffer(shared);
  handle.onread = onRead;
  return true;
}

/** Must return nothing: anything else is taken for the memory to read into from now on. */
function onRead(this: ReadHandle): void {
  const { [READING]: reading } = this;
  if (!streamBinding || !shared || !reading) return;
  const { streamBaseState: state, kReadBytesOrError } = streamBinding;
  const read = state[kReadBytesOrError] ?? 0;
  if (read > 0) {
    const begun = performance.now();
    taken(this, reading, shared, read);
    const { times, pace } = reading;
    const wereAll = read < shared.length;
    times.window.wasRead(this, pace, read, wereAll);
    if (wereAll) return;
    reading.reader.isBehind();
    times.turns.hasMore(this, performance.now() - begun);
    return;
  }
  // Nothing yet: only an end leaves what was kept as it is.
  if (read === 0) return;
  if (reading.kept) passOn(this, reading, reading.kept);
  reading.kept = null;
  state[kReadBytesOrError] = read;
  reading.stock.call(this);
}

function taken(handle: ReadHandle, reading: Reading, bytes: Buffer, to: number): void {
  const { reader } = reading;
  const { at, isPassedOn } = completed(handle, reading, bytes, to);
  // What the stream was given may be handed on later: nothing of this read may go before it.
  const from = at === to || isPassedOn ? at : reader.take(bytes, at, to);
  if (from === to) return;
  // Found before anything is passed on: then the stream is somewhere else.
  const cut = cutOf(reader, bytes, from, to);
  if (cut < to) reading.kept = Buffer.from(bytes.subarray(cut, to));
  if (cut > from) passOn(handle, reading, bytes.subarray(from, cut));
}

/** Adds to what was kept until it is whole, and brings it where it belongs: where the next unit begins. */
function completed(
  handle: ReadHandle,
  reading: Reading,
  bytes: Buffer,
  to: number,
): { readonly at: number; readonly isPassedOn: boolean } {
  const { reader } = reading;
  let at = 0;
  let isPassedOn = false;
  for (let { kept } = reading; kept !== null; { kept } = reading) {
    const wanted = reader.unitBytes(kept, 0, kept.length);
    const missing = Math.max(0, wanted - kept.length);
    const more = bytes.subarray(at, Math.min(at + missing, to));
    at += more.length;
    const unit = Buffer.concat([kept, more]);
    reading.kept = unit;
    if (more.length < missing) break;
    if (missing > 0 && reader.unitBytes(unit, 0, unit.length) > unit.length) continue;
    reading.kept = null;
    isPassedOn = reader.take(unit, 0, unit.length) < unit.length;
    if (isPassedOn) passOn(handle, reading, unit);
  }
  return { at, isPassedOn };
}

/** Where a unit begins that is not all there and may be kept; `to` where there is none. */
function cutOf(reader: BeneathReader, bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const size = reader.unitBytes(bytes, at, to);
    if (size === 0) return to;
    if (at + size > to) return at;
    at += size;
  }
  return to;
}

/** To the stream, in memory of its own, as it expects: it may keep it. */
function passOn(handle: ReadHandle, { stock }: Reading, bytes: Buffer): void {
  // Something that was taken may have been the end of the stream.
  if (!streamBinding || handle.onread !== onRead) return;
  const { streamBaseState: state, kReadBytesOrError, kArrayBufferOffset } = streamBinding;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  state[kReadBytesOrError] = own.length;
  state[kArrayBufferOffset] = 0;
  stock.call(handle, own.buffer);
}
