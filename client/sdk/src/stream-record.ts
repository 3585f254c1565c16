import type { CursorRecord } from './cursor.js';
import type { Message } from './message.js';

/** A stream as a store keeps it: where it stands, and what it took but has not shown. */
export interface StreamRecord {
  readonly cursor: CursorRecord;
  readonly held: readonly Message[];
  /** How often it has changed, over all runs: of two the higher is the later. Absent: an older version's. */
  readonly age?: number;
}

/** Reads what a store gave back; null for anything that no version of this package wrote. */
export function streamRecordOf(stored: unknown): StreamRecord | null {
  if (!isObject(stored) || stored.version !== 1 || !isObject(stored.record)) return null;
  const { cursor, held, age } = stored.record;
  if (!isObject(cursor) || !Array.isArray(held)) return null;
  const { epoch, position, through, overtakers, lost, recent } = cursor;
  const isWhole =
    isTextOrNull(epoch) &&
    isTextOrNull(position) &&
    (through === null || typeof through === 'number') &&
    arePairs(overtakers, 'string') &&
    arePairs(lost, 'number') &&
    (recent === undefined || arePairs(recent, 'string')) &&
    (age === undefined || typeof age === 'number') &&
    held.every((message) => isObject(message) && typeof message.offset === 'number');
  // Every field was looked at.
  return isWhole ? (stored.record as unknown as StreamRecord) : null;
}

/** What a store keeps of a stream. */
export function storedStream(record: StreamRecord): unknown {
  return { version: 1, record };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

/** Pairs of a number and a `second`. */
function arePairs(value: unknown, second: 'string' | 'number'): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (pair: unknown) =>
        Array.isArray(pair) && typeof pair[0] === 'number' && typeof pair[1] === second,
    )
  );
}
