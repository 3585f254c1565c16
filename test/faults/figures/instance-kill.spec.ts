import { expect, test } from '@jest/globals';
import { describeWithRedis } from '../../support/requires.js';
import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import { lasting } from '../row.js';
import { Cluster } from './cluster.js';
import { tell } from './figure.js';
import { Generator } from './generator.js';

const CLIENTS = 1_000;
const CHANNELS = 100;
const INSTANCES = 3;
const KILLS = 6;

/** How often everybody came and went before: a process's code is several times slower until it has run a while. */
const COMINGS = 6;

describeWithRedis('of a thousand SDK clients on three instances', () => {
  test.each([
    // The last to be started is among those that take the others in.
    { age: 'just started', comings: 0, victimOf: (kill: number) => kill % INSTANCES },
    { age: 'up for a while', comings: COMINGS, victimOf: () => 0 },
  ])(
    'those of a killed instance are caught up within a second by others $age, and nobody lost anything',
    async ({ age, comings, victimOf }) => {
      const cluster = await Cluster.start(INSTANCES);
      const channels = Array.from({ length: CHANNELS }, (_, number) => `chat:kill-${number}`);
      const { urls } = cluster;
      const crowd = await Generator.open({ kind: 'sdk', urls, clients: CLIENTS, channels });
      for (let turn = 0; turn < comings * INSTANCES; turn += 1) {
        await crowd.watch(turn % INSTANCES);
        await crowd.rehome();
      }
      await crowd.publish({ perSecond: 200, bytes: 100 });
      const values: number[] = [];
      const slowest: number[] = [];
      let missing = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const victim = victimOf(kill);
        // Everybody stands where they belong, and the load runs evenly again.
        await lasting(2_000);
        const watched = await crowd.watch(victim);
        expect(watched).toBeGreaterThan(CLIENTS / INSTANCES - 2);
        await lasting(200);
        const killedNs = monotonicNs();
        await cluster.kill(victim);
        const times = await crowd.caughtUp(killedNs);
        values.push(...times.ms);
        slowest.push(Math.round(Math.max(...times.ms)));
        missing += times.missing;
        await cluster.restart(victim);
        await crowd.rehome();
      }
      const account = await crowd.settle();
      await crowd.close();
      await cluster.end();
      const breach = tell({
        name: `instance kill to caught up, ${CLIENTS} SDK clients, ${INSTANCES} instances ${age}`,
        values,
        unit: 'ms',
        bound: { of: 'p99', atMost: 1_000 },
        beside: {
          'slowest of each kill, ms': slowest.join(' '),
          'never came back': missing,
          ...account,
        },
      });
      expect(account).toMatchObject({ lost: 0, repeated: 0, disordered: 0, gaps: 0 });
      expect(missing).toBe(0);
      expect(breach).toBeNull();
    },
    300_000,
  );
});
