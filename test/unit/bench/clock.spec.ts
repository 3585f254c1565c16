import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { now } from '../../../bench/load/clock.js';

/** What another process says it is, in milliseconds. */
function elsewhere(): number {
  const script = 'console.log(Number(process.hrtime.bigint() / 1000n) / 1000)';
  return Number(execFileSync(process.execPath, ['-e', script]));
}

test('stamps of several processes are of one clock', () => {
  const before = now();
  const between = elsewhere();
  const after = now();
  expect(between).toBeGreaterThan(before);
  expect(between).toBeLessThan(after);
});
