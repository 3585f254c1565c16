import { CarillonError } from './carillon-error.js';

/** The contract's bounds; outside them the server refuses, and the official parser may disconnect. */
const DEPTH_MAX = 100;
const BINARY_PARTS_MAX = 8;

export interface Payload {
  /** A copy of its own: what the application changes later is not sent. */
  readonly data: unknown;
  readonly bytes: number;
}

/**
 * Copies what is to be published, and measures it.
 *
 * @throws CarillonError `invalid_request` for what is neither JSON nor binary
 */
export function takePayload(data: unknown): Payload {
  if (data === undefined) throw unfit('`data` is undefined: give a value, null for none.');
  const binary = { parts: 0, bytes: 0 };
  const copy = copyOf(data, binary, 0);
  const json = JSON.stringify(copy, (_key, value: unknown) => (isBinary(value) ? null : value));
  return { data: copy, bytes: new TextEncoder().encode(json).length + binary.bytes };
}

type BinaryPart = ArrayBuffer | ArrayBufferView | Blob;

function isBinary(value: unknown): value is BinaryPart {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return true;
  return typeof Blob !== 'undefined' && value instanceof Blob;
}

function copyOf(value: unknown, binary: { parts: number; bytes: number }, depth: number): unknown {
  if (depth > DEPTH_MAX) throw unfit(`\`data\` is nested deeper than ${DEPTH_MAX} levels.`);
  if (typeof value === 'bigint') throw unfit('`data` holds a bigint: send it as a string.');
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw unfit(`\`data\` holds a ${typeof value}: send plain data.`);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (isBinary(value)) return copyOfBinary(value, binary);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    const replaced: unknown = toJSON.call(value);
    if (replaced !== value) return copyOf(replaced, binary, depth);
  }
  if (Array.isArray(value)) return value.map((item) => copyOf(item, binary, depth + 1));
  if (Object.hasOwn(value, '_placeholder')) throw unfit('`data` has a key `_placeholder`.');
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    // Not by assignment: `__proto__` would become something else.
    const field = { value: copyOf(item, binary, depth + 1), enumerable: true, writable: true };
    Object.defineProperty(copy, key, field);
  }
  return copy;
}

function copyOfBinary(value: BinaryPart, binary: { parts: number; bytes: number }): BinaryPart {
  binary.parts += 1;
  if (binary.parts > BINARY_PARTS_MAX) {
    throw unfit(`\`data\` holds more than ${BINARY_PARTS_MAX} binary parts.`);
  }
  binary.bytes +=
    value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? value.byteLength : value.size;
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (!ArrayBuffer.isView(value)) return value;
  const { buffer, byteOffset, byteLength } = value;
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}

function unfit(message: string): CarillonError {
  return new CarillonError('invalid_request', message, { outcome: 'failed' });
}
