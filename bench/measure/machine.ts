import { execFileSync } from 'node:child_process';
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

function redisVersion(): string {
  const program = process.env['REDIS_SERVER'] ?? findOnPath('redis-server');
  if (program === null) return 'none';
  const text = execFileSync(program, ['--version'], { encoding: 'utf8' });
  return /v=([\d.]+)/.exec(text)?.[1] ?? 'unknown';
}
