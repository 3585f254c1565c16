import { eventually } from '../../support/eventually.js';
import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import type { Row } from '../row.js';

export const clientBlackHoled: Row = {
  name: 'F21',
  title: 'a client vanishes without a goodbye',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim, measure }) {
    const victim = workload.reader(random.between(0, workload.readers.length - 1));
    const door = victim.doors.find(({ links }) => links.length > 0);
    const numbers = new Set(door?.links.map(({ number }) => number));
    const sinceNs = monotonicNs();
    // Only the connection that there is: the client may come back by another one.
    for (const way of ['up', 'down'] as const) {
      door?.set(way, { kind: 'blackhole' }, ({ number }) => numbers.has(number));
    }
    const instance = world.instances.find(({ name }) => door?.name.endsWith(`-to-${name}`));
    const url = instance?.process.url ?? '';
    const sessions = await sessionsOf(url);
    await eventually('the dead peer is freed', async () => (await sessionsOf(url)) < sessions, {
      deadlineMs: 20_000,
    });
    const freedAt = monotonicNs();
    const missed = history.of('ok').filter(({ at }) => at > sinceNs).length;
    const freedMs = (freedAt - sinceNs) / 1e6;
    measure('dead peer freed', freedMs);
    claim(freedMs < 13_000, `the dead peer was freed after ${freedMs.toFixed(0)} ms`);
    bites(numbers.size > 0, `${victim.name} was connected`);
    bites(missed > 0, `${missed} messages were acknowledged before the server let go`);
    await eventually('the client is back', () => victim.isConnected, { deadlineMs: 20_000 });
    world.note(`${victim.name} is back`);
  },
};

/** The sessions that an instance holds, by its own count. */
async function sessionsOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = /^carillon_sessions(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1];
  if (value === undefined) throw new Error('the metrics do not count sessions');
  return Number(value);
}
