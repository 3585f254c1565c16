import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the checkout. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Every file that is, or without an ignore rule would be, in the repository; `/` in its path. */
export function trackedFiles(): readonly string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const output = execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  // A file that was removed stays in the index until that is committed.
  return output.split('\0').filter((file) => file !== '' && existsSync(path.join(root, file)));
}

/** Those of the tracked files whose path matches. */
export function filesLike(pattern: RegExp): readonly string[] {
  return trackedFiles().filter((file) => pattern.test(file));
}

export function textOf(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** Pictures and the like, which have no lines. */
export function isBinary(file: string): boolean {
  return /\.(png|jpe?g|gif|ico|webp|woff2?|mp[34]|webm|wav|ogg|zip|gz)$/i.test(file);
}
