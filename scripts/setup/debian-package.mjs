import { existsSync } from 'node:fs';
import process from 'node:process';
import { findOnPath } from './find-on-path.mjs';
import { waiting } from './progress.mjs';
import { run } from './run.mjs';

/**
 * Whether a missing program may be installed here without asking: as root on a Debian-like
 * system where nobody is at the terminal, that is, in a container or in CI. A person's own
 * machine is never changed.
 */
export function mayInstallPackages() {
  const isUnattended = process.env.CI === 'true' || process.stdin.isTTY !== true;
  return (
    process.getuid?.() === 0 &&
    isUnattended &&
    existsSync('/etc/debian_version') &&
    findOnPath(['apt-get']) !== null
  );
}

/** Installs one package; a service that it brings may start and is left alone. */
export async function installPackage(name) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await waiting(`installing ${name}`, async () => {
    await run('apt-get', ['update'], { env });
    await run('apt-get', ['install', '-y', '--no-install-recommends', name], { env });
  });
}
