import type { Redis } from 'ioredis';
import { cpuBetween, cpuTimeOf } from './process-cpu.js';

/** What one operation of Redis takes. */
export interface OperationCost {
  /** Microseconds of the CPU of Redis for each. */
  readonly redis: number;
  /** In a second, from one client. */
  readonly perSecond: number;
}

export interface OperationPlan {
  readonly redis: Redis;
  readonly redisPid: number;
  /** Operations that are sent together, before any is answered. */
  readonly depth: number;
  readonly seconds: number;
  readonly once: (redis: Redis) => Promise<unknown>;
}

/** Repeats an operation for a while. */
export async function operationCost(plan: OperationPlan): Promise<OperationCost> {
  const { redis, redisPid, depth, seconds, once } = plan;
  const startedAt = performance.now();
  const before = cpuTimeOf(redisPid);
  let count = 0;
  while (performance.now() - startedAt < seconds * 1000) {
    await Promise.all(Array.from({ length: depth }, () => once(redis)));
    count += depth;
  }
  const { user, system } = cpuBetween(before, cpuTimeOf(redisPid));
  const elapsed = (performance.now() - startedAt) / 1000;
  return { redis: (user + system) / count, perSecond: count / elapsed };
}
