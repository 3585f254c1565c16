import { Buffer } from 'node:buffer';
import { CarillonError } from '../protocol/carillon-error.js';

/** What a REST body publishes: its JSON, or with `encoding: "base64"` the bytes that it spells. */
export function dataFrom(data: unknown, encoding: 'base64' | undefined): unknown {
  if (encoding === undefined) return data;
  const text = onlyField(data);
  // Node's decoder takes anything: only what it would write itself is base64.
  const bytes = text === null ? null : Buffer.from(text, 'base64');
  if (bytes === null || bytes.toString('base64') !== text) {
    throw new CarillonError(
      'invalid_request',
      'With `encoding: "base64"`, `data` must be `{ "base64": "…" }` in the standard alphabet with padding.',
    );
  }
  return bytes;
}

function onlyField(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || Object.keys(data).length !== 1) return null;
  return 'base64' in data && typeof data.base64 === 'string' ? data.base64 : null;
}
