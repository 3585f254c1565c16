import type { Action, Grants } from './caller.js';

/** Whether one of the grants gives `action` in `channel`. */
export function isGranted(grants: Grants, action: Action, channel: string): boolean {
  return grants.some(
    ({ pattern, actions }) => actions.includes(action) && matchesPattern(pattern, channel),
  );
}

/**
 * Whether `channel` fits `pattern`, in which `*` stands for any run of characters, also none.
 *
 * No regular expression: a pattern comes from outside, and taking each piece at its first place
 * never has to go back, so the time grows with the length of the name and of the pattern only.
 */
export function matchesPattern(pattern: string, channel: string): boolean {
  const firstStar = pattern.indexOf('*');
  if (firstStar === -1) return pattern === channel;
  const lastStar = pattern.lastIndexOf('*');
  const tail = pattern.slice(lastStar + 1);
  if (!channel.startsWith(pattern.slice(0, firstStar)) || !channel.endsWith(tail)) return false;
  const end = channel.length - tail.length;
  let at = firstStar;
  for (const piece of pattern.slice(firstStar, lastStar).split('*')) {
    const found = channel.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= end;
}
