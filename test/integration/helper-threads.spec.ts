import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { startCarillon } from '../support/carillon-process.js';
import { testNotRun } from '../support/requires.js';

/** Of `/proc/PID/task/TID/stat`, counted behind the name of the program, which may hold blanks. */
const NICENESS_FIELD = 16;
const LEAST_NICE = 19;

if (process.platform === 'linux') {
  test('threads that help an instance go behind its event loop', async () => {
    const { pid } = await startCarillon();
    const loop = nicenessOf(pid, pid);
    const helpers = readdirSync(`/proc/${pid}/task`).map(Number);
    const behind = helpers.filter(
      (thread) => nicenessOf(pid, thread) >= Math.min(LEAST_NICE, loop + 10),
    );
    // V8 has four; what begins later is asked for by the loop.
    expect(behind.length).toBeGreaterThanOrEqual(4);
    expect(behind).not.toContain(pid);
    expect(loop).toBe(nicenessOf(process.pid, process.pid));
  });
} else {
  testNotRun('threads that help an instance go behind its event loop', 'not Linux');
}

function nicenessOf(pid: number, thread: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[NICENESS_FIELD]);
}
