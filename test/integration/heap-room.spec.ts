import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const built = path.resolve(import.meta.dirname, '../../dist/heap-room.js');

/** Tells how often all of a small heap was marked while 200 MiB went through it that outlived two scavenges. */
const script = `
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
let majors = 0;
const observer = new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === 4) majors += 1;
});
observer.observe({ entryTypes: ['gc'] });
const { giveHeapRoom } = await import(process.argv[1]);
if (process.argv[2] === 'with') giveHeapRoom();
const kept = Array.from({ length: 200_000 }, (_, index) => ({ index }));
gc();
await turn();
const before = majors;
const recent = [];
for (let round = 0; round < 200; round += 1) {
  recent.push(Array.from({ length: 30_000 }, (_, index) => ({ index })));
  if (recent.length > 10) recent.shift();
  await turn();
}
await turn();
console.log(JSON.stringify({ majors: majors - before, kept: kept.length }));
`;

async function majors(how: 'with' | 'without'): Promise<number> {
  const flags = ['--expose-gc', '--heap-growing-percent=10', '--input-type=module'];
  const args = [...flags, '-e', script, pathToFileURL(built).href, how];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return (JSON.parse(stdout) as { majors: number }).majors;
}

test('a heap that grew a little at a time is marked less often once it has room', async () => {
  const [without, withRoom] = [await majors('without'), await majors('with')];
  expect(without).toBeGreaterThan(withRoom);
});
