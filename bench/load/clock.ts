import process from 'node:process';

/** Milliseconds on the monotonic clock that all processes of a machine share: the stamp of one tells another how late it is. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
