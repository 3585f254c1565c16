import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** A check that takes longer has proved nothing; a fault that ends badly waits for many things. */
const MOST_MS = 300_000;

/** How a check is told to people; an injection by what repeats it. */
export function checkName({ spec, test, command }) {
  return command ?? `${spec}: ${test}`;
}

/** The check and those that are tried when it let the bug pass. */
export function attemptsOf(check) {
  return [check, ...(check.otherwise ?? [])];
}

/** Whether a process of the built server takes part: then it is not a matter of seconds. */
export function isSlow({ project }) {
  return project !== 'unit' && project !== 'contract';
}

/**
 * Runs jest on these checks in a folder, quietly; resolves with its report, null where it left none.
 *
 * @param checks of one environment
 */
export async function runChecks(folder, checks) {
  const report = path.join(folder, '.mutants-report.json');
  rmSync(report, { force: true });
  const names = checks.map(({ test }) => test.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const args = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    ...['--selectProjects', ...new Set(checks.map(({ project }) => project))],
    ...['--testNamePattern', names.join('|')],
    ...['--json', `--outputFile=${report}`, '--runTestsByPath'],
    ...new Set(checks.map(({ spec }) => spec)),
  ];
  await run(args, folder, checks[0]?.env ?? {});
  return existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
}

async function run(args, cwd, env) {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', CI: 'true', ...env },
    stdio: 'ignore',
    // A group of its own, so that what its tests started is ended with it.
    detached: true,
  });
  const end = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nobody is left in the group, which is what was wanted.
    }
  };
  const timer = setTimeout(end, MOST_MS);
  process.once('exit', end);
  await new Promise((resolve) => {
    child.once('error', resolve);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  process.off('exit', end);
  end();
}
