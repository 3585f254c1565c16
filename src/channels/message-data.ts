import { Buffer } from 'node:buffer';
import { CarillonError } from '../protocol/carillon-error.js';
import { LIMITS } from '../protocol/limits.js';

/** `data` of a publication, checked and ready for the packet. */
export interface PackedData {
  /** JSON with placeholders where binary parts were, numbered in the order of `parts`. */
  readonly json: string;
  readonly parts: readonly Buffer[];
}

/**
 * Checks `data` against the contract and packs it. Never recurses deeper than the contract allows, so
 * that no payload can exhaust the stack here or where it is encoded again.
 *
 * Throws `invalid_request` (depth, binary parts, `_placeholder`, numbers that JSON cannot say) or
 * `message_too_large` (more than `maxBytes` of JSON and binary together).
 */
export function packData(data: unknown, maxBytes: number): PackedData {
  const parts: Buffer[] = [];
  const plain = pack(data, 0, parts);
  const json = JSON.stringify(plain);
  let bytes = Buffer.byteLength(json);
  for (const part of parts) bytes += part.length;
  if (bytes > maxBytes) {
    throw new CarillonError(
      'message_too_large',
      `The data is ${bytes} bytes long; at most ${maxBytes} are allowed here. Send less or split it.`,
      { details: { bytes, maxMessageBytes: maxBytes } },
    );
  }
  return { json, parts };
}

/** The value itself where it holds no binary, else a copy with placeholders. */
function pack(value: unknown, depth: number, parts: Buffer[]): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw invalid('A number in `data` is too large for JSON; send it as a string.');
    case 'object':
      break;
    default:
      throw invalid('`data` must be JSON or binary.');
  }
  if (value === null) return null;
  if (value instanceof Uint8Array) return placeholder(value, parts);
  if (depth >= LIMITS.dataDepth) {
    throw invalid(`\`data\` is nested too deep; at most ${LIMITS.dataDepth} levels are allowed.`);
  }
  return Array.isArray(value) ? packArray(value, depth, parts) : packObject(value, depth, parts);
}

function packArray(array: readonly unknown[], depth: number, parts: Buffer[]): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (let index = 0; index < array.length; index += 1) {
    const item = array[index];
    const packed = pack(item, depth + 1, parts);
    if (packed !== item) (copy ??= [...array])[index] = packed;
  }
  return copy ?? array;
}

function packObject(object: object, depth: number, parts: Buffer[]): object {
  let copy: [string, unknown][] | null = null;
  const entries = Object.entries(object);
  for (const [index, [key, item]] of entries.entries()) {
    if (key === '_placeholder') throw invalid('No object in `data` may have a key `_placeholder`.');
    const packed = pack(item, depth + 1, parts);
    if (packed !== item) (copy ??= entries)[index] = [key, packed];
  }
  // fromEntries defines keys, so that an own `__proto__` stays what it is: data.
  return copy ? Object.fromEntries(copy) : object;
}

function placeholder(bytes: Uint8Array, parts: Buffer[]): object {
  if (parts.length >= LIMITS.binaryParts) {
    throw invalid(`\`data\` holds more than ${LIMITS.binaryParts} binary parts.`);
  }
  parts.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return { _placeholder: true, num: parts.length - 1 };
}

function invalid(message: string): CarillonError {
  return new CarillonError('invalid_request', message);
}
