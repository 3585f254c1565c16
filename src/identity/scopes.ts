import { EVERY_SCOPE, type Scope } from '../protocol/scopes.js';

/** Whether `held` opens `scope`; words that are no scope open nothing. */
export function hasScope(held: readonly string[], scope: Scope): boolean {
  return held.includes(scope) || held.includes(EVERY_SCOPE);
}
