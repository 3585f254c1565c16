import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { now } from './clock.js';
import type { Stream } from './orders.js';

/** Somebody who is behind still reads what comes after so long, in milliseconds. */
const TURN_MS = 4;

/**
 * Open loop: calls for each group when it is due. One that is late is sent at once, and its lateness
 * counts as latency; one that a timer lets go up to a millisecond early counts from when it was sent.
 */
export async function pace(
  { groupsPerSecond }: Stream,
  seconds: number,
  startedAt: number,
  publish: (dueAt: number, group: number) => void,
): Promise<void> {
  const groups = Math.round(groupsPerSecond * seconds);
  const everyMs = 1000 / groupsPerSecond;
  let turnAt = startedAt;
  for (let group = 0; group < groups; group += 1) {
    const dueAt = startedAt + group * everyMs;
    const asked = now();
    if (dueAt - asked >= 1) await delay(dueAt - asked);
    else if (asked - turnAt > TURN_MS) await turn();
    if (now() - turnAt > TURN_MS) turnAt = now();
    publish(Math.min(dueAt, now()), group);
  }
  const wait = startedAt + groups * everyMs - now();
  if (wait > 0) await delay(wait);
}
