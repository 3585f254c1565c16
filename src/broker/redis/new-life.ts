import { randomUUID } from 'node:crypto';

/**
 * What a partition's store is to be known by if it has no life yet: 16 hex digits. Another one for each
 * call, so that a store that was emptied is never taken for the one that it was.
 */
export function newLife(): string {
  const uuid = randomUUID();
  // The groups around the fixed version digit.
  return uuid.slice(0, 8) + uuid.slice(24, 32);
}
