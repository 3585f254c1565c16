import { readFileSync } from 'node:fs';
import type { Instance } from '../peers/peer.js';

const KIBIBYTE = 1024;

/** Memory of a process of Node that carries the probe, after a full garbage collection, in bytes. */
export async function collectedMemory({ child }: Instance): Promise<{ rss: number; heap: number }> {
  const answer = await child.ask('memory');
  if (answer.kind !== 'memory') throw new Error('the probe answered something else');
  return answer;
}

/** What a process occupies now, garbage and all, in bytes. */
export function residentMemory({ child }: Instance): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'latin1');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * KIBIBYTE;
}
