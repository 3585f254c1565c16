import { spawn } from 'node:child_process';
import process from 'node:process';
import { leash } from '../setup/leash.mjs';
import { root } from '../setup/root.mjs';

/** Runs jest in the foreground with our settings; resolves with its exit code. */
export async function jest(args, env = {}) {
  const child = spawn(
    process.execPath,
    [
      // jest still needs the flag to load ES modules, and Node warns about it each time.
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      ...args,
    ],
    {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      // A group of its own, so that what its tests started can be ended with it.
      detached: true,
    },
  );
  const signalAll = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // Nobody is left in the group, which is what was wanted.
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => signalAll(signal));
  if (process.env.npm_lifecycle_event !== undefined) leash();
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (status) => resolve(status ?? 1));
  });
  signalAll('SIGTERM');
  return code;
}
