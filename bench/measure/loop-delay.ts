import type { Instance } from '../peers/peer.js';

/** Milliseconds that timers came late by. */
export interface LoopDelay {
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** How late the event loop of a process with the probe is while something is done. */
export async function loopDelayDuring<T>(
  { child }: Instance,
  act: () => Promise<T>,
): Promise<readonly [T, LoopDelay]> {
  await child.ask('watch');
  const result = await act();
  const answer = await child.ask('delay');
  if (answer.kind !== 'delay') throw new Error('the probe answered something else');
  const { p99, p999, max } = answer;
  return [result, { p99, p999, max }];
}
