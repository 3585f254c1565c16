const TONES = [
  'bronze',
  'copper',
  'brass',
  'verdigris',
  'pewter',
  'steel',
  'rose',
  'plum',
] as const;

/** The metal of a user's bell: the same one on every page. */
export function toneOf(user: string): (typeof TONES)[number] {
  // FNV-1a, then its high bits: the low ones of similar names are alike.
  let hash = 0x811c9dc5;
  for (const character of user) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return TONES[(hash ^ (hash >>> 15)) & (TONES.length - 1)] ?? 'bronze';
}
