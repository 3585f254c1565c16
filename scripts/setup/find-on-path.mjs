import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** The full path of the first of these programs that the `PATH` leads to, or null. */
export function findOnPath(names) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((it) => it !== '');
  for (const name of names) {
    for (const folder of folders) {
      for (const ending of endings) {
        const candidate = path.join(folder, name + ending);
        if (isExecutable(candidate)) return candidate;
      }
    }
  }
  return null;
}

/** Whether there is a file that this user may run. */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: either way not a candidate.
    return false;
  }
}
