import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';

/** One for each thread of this process, named by its number. Linux only. */
const THREADS = '/proc/self/task';

const POOL = 'libuv-worker';

/** Added to the niceness of a helper: it gets a tenth of what the event loop does where both want the same core. */
const NICER_BY = 10;

/**
 * The threads that help this process go behind its event loop, on Linux. Four of them mark garbage while
 * the loop runs, and on the one core that an instance has each would take as much of it as the loop. The
 * pool for files, names and signatures goes along where it cannot be told from them. Elsewhere nothing
 * changes. To be called once, before there is anything to do.
 */
export function putHelperThreadsBehind(): void {
  const all = threads();
  // Its own is not among them where the numbers are those of another namespace.
  if (!all.includes(process.pid)) return;
  for (const thread of all) if (thread !== process.pid && !isOfPool(thread)) makeNicer(thread);
}

function threads(): number[] {
  try {
    return readdirSync(THREADS).map(Number);
  } catch {
    return [];
  }
}

/** Newer versions of Node name their threads. */
function isOfPool(thread: number): boolean {
  try {
    return readFileSync(`${THREADS}/${thread}/comm`, 'utf8').trim() === POOL;
  } catch {
    return false;
  }
}

function makeNicer(thread: number): void {
  const { PRIORITY_LOW } = os.constants.priority;
  try {
    os.setPriority(thread, Math.min(PRIORITY_LOW, os.getPriority(thread) + NICER_BY));
  } catch {
    // It has ended, or may not be changed here: then it is as everywhere else.
  }
}
