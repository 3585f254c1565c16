import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './root.mjs';

const ignored = new Set(['node_modules', 'dist', 'coverage']);

/** One hash over the names and contents of files and folders, given relative to the checkout. */
export function contentHash(entries) {
  const hash = createHash('sha256');
  for (const file of entries.flatMap(filesOf).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesOf(entry) {
  const stat = statSync(path.join(root, entry), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return [entry];
  return readdirSync(path.join(root, entry))
    .filter((name) => !ignored.has(name))
    .flatMap((name) => filesOf(`${entry}/${name}`));
}
