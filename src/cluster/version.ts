import { readFileSync } from 'node:fs';

export const VERSION = Symbol('Version');

/** The version in the package's own description, which lies two folders up in `src` and in `dist`. */
export function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const description: unknown = JSON.parse(text);
  const isIt = typeof description === 'object' && description !== null && 'version' in description;
  return isIt ? String(description.version) : 'unknown';
}
