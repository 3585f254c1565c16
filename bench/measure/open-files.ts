import { existsSync, readFileSync } from 'node:fs';

/** Beside its connections, what a process has open: its program, its libraries, publishers, pipes. */
const SPARE = 500;

const LIMITS = '/proc/self/limits';

/**
 * How many files this process and those that it starts may have open, where the system tells: Node has
 * raised it to the hard limit.
 */
export function openFilesMax(): number {
  if (!existsSync(LIMITS)) return Number.POSITIVE_INFINITY;
  const limits = readFileSync(LIMITS, 'latin1');
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

/** Says that a scenario needs more open files than there may be, and what to do; null when they suffice. */
export function tooFewFiles(scenario: string, connections: number, max: number): string | null {
  const needed = connections + SPARE;
  if (needed <= max) return null;
  return (
    `${scenario} has ${connections} connections open at a time and needs ${needed} open files, but ${max} are allowed. ` +
    `Raise the hard limit first: ulimit -n ${needed} as root, LimitNOFILE= of the service, or --ulimit nofile=${needed} of the container.`
  );
}
