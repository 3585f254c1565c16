import { eventually } from '../../support/eventually.js';
import { monotonicNs } from '../history.js';
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
    const ending = [...numbers].map(
      (number) => `${door?.name}: link ${number} ended by its server`,
    );
    const freed = await eventually(
      'the server frees the dead peer',
      () => history.of('fault').find(({ what }) => ending.includes(what)),
      { deadlineMs: 20_000 },
    );
    const missed = history.of('ok').filter(({ at }) => at > sinceNs && at < freed.at).length;
    const freedMs = (freed.at - sinceNs) / 1e6;
    measure('dead peer freed', freedMs);
    claim(freedMs < 13_000, `the dead peer was freed after ${freedMs.toFixed(0)} ms`);
    bites(numbers.size > 0, `${victim.name} was connected`);
    bites(missed > 0, `${missed} messages were acknowledged before the server let go`);
    await eventually('the client is back', () => victim.isConnected, { deadlineMs: 20_000 });
    world.note(`${victim.name} is back`);
  },
};
