import { eventually } from '../../support/eventually.js';
import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import type { Row } from '../row.js';

/** The contract's: the sum of the intervals of the heartbeat. */
const BOUND_MS = 10_000;

export const clientBlackHoled: Row = {
  name: 'F21',
  title: 'a client vanishes without a goodbye',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim, measure }) {
    const victim = workload.reader(random.between(0, workload.readers.length - 1));
    const door = victim.doors.find(({ links }) => links.length > 0);
    const numbers = new Set(door?.links.map(({ number }) => number));
    // Before the black hole: whatever the server heard last, it heard before this.
    const sinceNs = monotonicNs();
    // Only the connection that there is: the client may come back by another one.
    for (const way of ['up', 'down'] as const) {
      door?.set(way, { kind: 'blackhole' }, ({ number }) => numbers.has(number));
    }
    const own = [...numbers].map((number) => `${door?.name}: link ${number} ended by its server`);
    // Not the count of sessions: it can only be asked for, and the client may have come back in between.
    const { at: freedAt } = await eventually(
      'the connection of the dead peer is ended',
      () => history.of('fault').find(({ at, what }) => at > sinceNs && own.includes(what)),
      { deadlineMs: 20_000 },
    );
    const missed = history.of('ok').filter(({ at }) => at > sinceNs).length;
    const freedMs = (freedAt - sinceNs) / 1e6;
    measure('dead peer freed', freedMs);
    claim(freedMs <= BOUND_MS, `the dead peer was freed after ${freedMs.toFixed(0)} ms`);
    bites(numbers.size > 0, `${victim.name} was connected`);
    bites(missed > 0, `${missed} messages were acknowledged before the server let go`);
    await eventually('the client is back', () => victim.isConnected, { deadlineMs: 20_000 });
    world.note(`${victim.name} is back`);
  },
};
