import process from 'node:process';
import { installPackage, mayInstallPackages } from './debian-package.mjs';
import { findOnPath, isExecutable } from './find-on-path.mjs';

/**
 * Finds a program: named by the environment, else on the PATH, else installed where that is
 * allowed without asking.
 *
 * @returns `{ path }`, or `{ missing }` with one line that says what to do
 */
export async function findProgram({ variable, names, debianPackage, advice }) {
  const named = process.env[variable];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return { path: named };
    return { missing: `${variable} names ${named}, which is not a program that can be run` };
  }
  const found = findOnPath(names);
  if (found !== null) return { path: found };
  if (!mayInstallPackages()) return { missing: `${names[0]} is not installed: ${advice}` };
  try {
    await installPackage(debianPackage);
  } catch (error) {
    return { missing: `${names[0]} is not installed, and installing it failed: ${error.message}` };
  }
  const installed = findOnPath(names);
  return installed === null
    ? { missing: `the package ${debianPackage} brought no ${names[0]}: ${advice}` }
    : { path: installed };
}
