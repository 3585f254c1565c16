import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startCarillon } from '../support/carillon-process.js';
import { testNotRun } from '../support/requires.js';

/** Of `/proc/PID/task/TID/stat`, counted behind the name of the thread, which may hold blanks. */
const NICENESS_FIELD = 16;
const LEAST_NICE = 19;

const built = path.resolve(import.meta.dirname, '../../dist/helper-threads.js');

/** Tells how nice each of its threads is before and after. */
const script = `
import { readdirSync, readFileSync } from 'node:fs';
const threads = () =>
  readdirSync('/proc/self/task').map((id) => {
    const stat = readFileSync('/proc/self/task/' + id + '/stat', 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { id: Number(id), name, niceness: Number(fields[${NICENESS_FIELD}]) };
  });
const { putHelperThreadsBehind } = await import(process.argv[1]);
const before = threads();
putHelperThreadsBehind();
console.log(JSON.stringify({ loop: process.pid, before, after: threads() }));
`;

interface Told {
  readonly loop: number;
  readonly before: readonly Thread[];
  readonly after: readonly Thread[];
}

interface Thread {
  readonly id: number;
  readonly name: string;
  readonly niceness: number;
}

if (process.platform === 'linux') {
  test('threads that help a process go behind its event loop', async () => {
    const args = ['--input-type=module', '-e', script, pathToFileURL(built).href];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { loop, before, after } = JSON.parse(stdout) as Told;
    expect(before.length).toBeGreaterThan(5);
    const expected = before.map((thread) => {
      const stays = thread.id === loop || thread.name === 'libuv-worker';
      const niceness = stays ? thread.niceness : Math.min(LEAST_NICE, thread.niceness + 10);
      return { ...thread, niceness };
    });
    expect(after).toEqual(expected);
  });

  test('those of an instance do', async () => {
    const { pid } = await startCarillon();
    const helpers = readdirSync(`/proc/${pid}/task`).map((thread) => nicenessOf(pid, thread));
    const loop = nicenessOf(pid, String(pid));
    expect(loop).toBe(nicenessOf(process.pid, String(process.pid)));
    expect(Math.max(...helpers)).toBe(Math.min(LEAST_NICE, loop + 10));
  });
} else {
  testNotRun('threads that help a process go behind its event loop', 'not Linux');
}

function nicenessOf(pid: number, thread: string): number {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[NICENESS_FIELD]);
}
