import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of a process with all its threads, in microseconds. */
export interface CpuTime {
  readonly user: number;
  readonly system: number;
}

/** Linux counts process times in hundredths of a second, whatever the kernel's own tick. */
const TICK_US = 10_000;

/**
 * CPU time since the process began. The sum comes from the scheduler, which counts nanoseconds; how it
 * is split into user and system is known to a hundredth of a second only.
 */
export function cpuTimeOf(pid: number): CpuTime {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name of the program stands in brackets and may hold spaces; times are fields 14 and 15.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const user = Number(fields[11]) * TICK_US;
  const system = Number(fields[12]) * TICK_US;
  const exact = scheduledUs(pid);
  if (exact === null || user + system === 0) return { user, system };
  const share = user / (user + system);
  return { user: exact * share, system: exact * (1 - share) };
}

export function cpuBetween(from: CpuTime, to: CpuTime): CpuTime {
  return { user: to.user - from.user, system: to.system - from.system };
}

/** Null where the kernel keeps no such count. Threads of a server live as long as it does. */
function scheduledUs(pid: number): number | null {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [ran] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ');
    nanoseconds += Number(ran);
  }
  return nanoseconds === 0 ? null : nanoseconds / 1000;
}
