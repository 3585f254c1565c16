import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { contentHash } from './content-hash.mjs';
import { npm } from './npm.mjs';
import { waiting } from './progress.mjs';
import { root } from './root.mjs';

// Inside node_modules, so that whoever removes that folder removes the stamp too.
const stamp = path.join(root, 'node_modules/.carillon-installed');

/** Installs exactly what the lock file names, unless that is what is there already. */
export async function install() {
  const wanted = contentHash(['package-lock.json']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (!agreesWithLock()) {
    // Development dependencies build the server, whatever NODE_ENV it will run with.
    await waiting('installing the dependencies', () =>
      npm(['ci', '--include=dev', '--no-audit', '--no-fund']),
    );
  }
  writeFileSync(stamp, wanted);
}

/** Whether somebody's own `npm ci` left everything in place, which npm keeps a list of. */
function agreesWithLock() {
  const list = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(list)) return false;
  const installed = JSON.parse(readFileSync(list, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(
    ([name, { version, optional }]) =>
      !name.includes('node_modules/') || optional || installed[name]?.version === version,
  );
}
