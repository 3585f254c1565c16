import { expect, test } from '@jest/globals';
import { testSecret } from '../../support/carillon-process.js';
import { eventually } from '../../support/eventually.js';
import { rawSession } from '../../support/raw-client.js';
import { describeWithRedis } from '../../support/requires.js';
import { tokenFor } from '../../support/token.js';
import { FaultProxy } from '../fault-proxy.js';
import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import { lasting } from '../row.js';
import { seededRandom } from '../../../client/cli/src/verify/seeded-random.js';
import { Cluster } from './cluster.js';
import { tell } from './figure.js';

const PEERS = 60;
const BOUND_MS = 10_000;
/** Longer than one interval of pings, so that they vanish at any place of it. */
const SPREAD_MS = 7_000;

describeWithRedis('a client that vanishes without a goodbye', () => {
  test('is freed by its instance within 10 s', async () => {
    const cluster = await Cluster.start(1);
    const random = seededRandom(7);
    const goneNs = new Map<string, number>();
    const freedNs = new Map<string, number>();
    const doors: FaultProxy[] = [];
    for (let number = 0; number < PEERS; number += 1) {
      const door = await FaultProxy.start({
        ...{ name: `peer${number}`, random },
        target: () => Number(new URL(cluster.urls[0] ?? '').port),
        note: (what) => {
          if (what.endsWith('ended by its server')) freedNs.set(`peer${number}`, monotonicNs());
        },
      });
      doors.push(door);
      await rawSession(door.url, await tokenFor(testSecret, { sub: door.name }));
    }
    expect(await cluster.sessions(0)).toBe(PEERS);
    for (const door of doors) {
      await lasting((random.next() * 2 * SPREAD_MS) / PEERS);
      for (const way of ['up', 'down'] as const) door.set(way, { kind: 'blackhole' });
      goneNs.set(door.name, monotonicNs());
    }
    await eventually('all of them are freed', () => freedNs.size === PEERS, { deadlineMs: 60_000 });
    await eventually('no session is left', async () => (await cluster.sessions(0)) === 0);
    const values = doors.map(
      ({ name }) => ((freedNs.get(name) ?? Number.NaN) - (goneNs.get(name) ?? Number.NaN)) / 1e6,
    );
    for (const door of doors) door.end();
    await cluster.end();
    const breach = tell({
      name: 'dead peer freed',
      values,
      unit: 'ms',
      bound: { of: 'max', atMost: BOUND_MS },
    });
    expect(breach).toBeNull();
  }, 180_000);
});
