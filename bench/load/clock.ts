import process from 'node:process';

/** Between the clock of this process and the one that all processes of a machine share, in milliseconds. */
const ORIGIN_MS = sharedMs() - performance.now();

/** Milliseconds on the monotonic clock of the machine: a stamp of one process tells another how late it is. */
export function now(): number {
  return performance.now() + ORIGIN_MS;
}

function sharedMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
