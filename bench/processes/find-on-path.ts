import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** The full path of a program that the PATH leads to, or null. */
export function findOnPath(name: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder: the next one may have it.
    }
  }
  return null;
}
