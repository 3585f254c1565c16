import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import process from 'node:process';
import { findOnPath } from '../processes/find-on-path.js';

/** What a figure depends on beside the code. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly redis: string;
  /** Runnable processes in the last minute before the run: other work makes figures worse. */
  readonly loadBefore: number;
  /** Whether servers and load were kept on cores of their own. */
  readonly isPinned: boolean;
}

/** What was measured. */
export interface Code {
  /** Short name of the commit; null where this is no checkout. */
  readonly commit: string | null;
  /** Whether files differ from it. */
  readonly isChanged: boolean;
  /** Whether the server is the one that is built here, or one that was named. */
  readonly isOwnBuild: boolean;
  readonly isProfiled: boolean;
}

const GIBIBYTE = 1_073_741_824;

export function machine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / GIBIBYTE),
    kernel: release(),
    node: process.version,
    redis: redisVersion(),
    loadBefore: loadavg()[0] ?? 0,
    isPinned: all.length > 1 && findOnPath('taskset') !== null,
  };
}

/** Results that lie about are no change of what is measured. */
export function code({ isOwnBuild, isProfiled }: Pick<Code, 'isOwnBuild' | 'isProfiled'>): Code {
  const commit = git('rev-parse', '--short', 'HEAD');
  const changes = git('status', '--porcelain', '--', '.', ':!bench/results');
  return { commit, isChanged: commit !== null && changes !== '', isOwnBuild, isProfiled };
}

/** Milliseconds that all cores have been there, and those of them that the host gave to others. */
export interface CoreTime {
  readonly all: number;
  readonly stolen: number;
}

/** Linux counts in hundredths of a second, whatever the kernel's own tick. */
const TICK_MS = 10;

export function coreTime(): CoreTime {
  const [first = ''] = readFileSync('/proc/stat', 'latin1').split('\n');
  // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already.
  const ticks = first.trim().split(/\s+/).slice(1, 9).map(Number);
  const all = ticks.reduce((sum, it) => sum + it, 0) * TICK_MS;
  return { all, stolen: (ticks[7] ?? 0) * TICK_MS };
}

function git(...args: readonly string[]): string | null {
  try {
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

/** In place of a version. */
export const NO_REDIS = 'none';

function redisVersion(): string {
  const program = process.env['REDIS_SERVER'] ?? findOnPath('redis-server');
  if (program === null) return NO_REDIS;
  const text = execFileSync(program, ['--version'], { encoding: 'utf8' });
  return /v=([\d.]+)/.exec(text)?.[1] ?? 'unknown';
}
