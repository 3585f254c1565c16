import { readdirSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';

/** One for each thread of this process, named by its number. Linux only. */
const THREADS = '/proc/self/task';

/** Added to the niceness of a helper: it gets a tenth of what the event loop does where both want the same core. */
const NICER_BY = 10;

/**
 * The threads that help this process go behind its event loop, on Linux. Four of them mark garbage while
 * the loop runs, and on the one core that an instance has each would take as much of it: the loop stood
 * still for up to 60 ms. Elsewhere nothing changes. To be called once, before there is anything to do.
 */
export function putHelperThreadsBehind(): void {
  for (const thread of threads()) if (thread !== process.pid) makeNicer(thread);
}

function threads(): number[] {
  try {
    return readdirSync(THREADS).map(Number);
  } catch {
    return [];
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
