import { Buffer } from 'node:buffer';
import type { Page, PageQuery } from '../protocol/admin/page.js';
import { CarillonError } from '../protocol/carillon-error.js';
import { LIMITS } from '../protocol/limits.js';

/** First character of a cursor, so that an old one is refused and not misread. */
const VERSION = '1';

/**
 * One page of a short list that is in the order of `keyOf`. The cursor names the last item that was
 * seen, not a place in the list: items that come and go in between are neither repeated nor skipped.
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { cursor, limit = LIMITS.pageDefault }: PageQuery,
): Page<T> {
  const after = cursor === undefined ? null : keyOfCursor(cursor);
  const rest = after === null ? items : items.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rest.length > page.length && last !== undefined;
  return { items: page, next: hasMore ? cursorOf(keyOf(last)) : null };
}

function cursorOf(key: string): string {
  return VERSION + Buffer.from(key, 'utf8').toString('base64url');
}

function keyOfCursor(cursor: string): string {
  const key = Buffer.from(cursor.slice(VERSION.length), 'base64url').toString('utf8');
  if (cursorOf(key) === cursor) return key;
  throw new CarillonError('invalid_request', '`cursor` is not one that `next` gave: leave it out.');
}
