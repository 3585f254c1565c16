import { expect, test } from '@jest/globals';
import { describeWithRedis } from '../../support/requires.js';
import { lasting } from '../row.js';
import { Cluster } from './cluster.js';
import { tell } from './figure.js';
import { Generator } from './generator.js';

const INSTANCES = 3;
const CHANNELS = 100;
const STORMS = 2;
const BOUND_MS = 10_000;

describeWithRedis('plain clients that are all cut at once', () => {
  test.each([1_000, 5_000])(
    '%i of them are all caught up within 10 s, and nobody lost anything',
    async (clients) => {
      const cluster = await Cluster.start(INSTANCES);
      const channels = Array.from({ length: CHANNELS }, (_, number) => `chat:storm-${number}`);
      const crowd = await Generator.open({ kind: 'plain', urls: cluster.urls, clients, channels });
      await crowd.publish({ perSecond: 20, bytes: 100 });
      await lasting(2_000);
      const before = await cluster.residentKiB();
      let most = before;
      const sampler = setInterval(() => {
        void cluster.residentKiB().then((size) => (most = Math.max(most, size)));
      }, 200);
      const values: number[] = [];
      let missing = 0;
      for (let storm = 0; storm < STORMS; storm += 1) {
        const times = await crowd.storm();
        values.push(...times.ms);
        missing += times.missing;
        await lasting(2_000);
      }
      clearInterval(sampler);
      const account = await crowd.settle();
      await crowd.close();
      await cluster.end();
      const breach = tell({
        name: `reconnect storm to caught up, ${clients} plain clients on ${INSTANCES} instances`,
        values,
        unit: 'ms',
        bound: { of: 'max', atMost: BOUND_MS },
        beside: {
          ...{ storms: STORMS, 'never came back': missing },
          'memory of the instances before, KiB': before,
          'memory of the instances at most, KiB': most,
          ...account,
        },
      });
      expect(account).toMatchObject({ lost: 0, repeated: 0, disordered: 0, gaps: 0 });
      expect(missing).toBe(0);
      expect(breach).toBeNull();
    },
    240_000,
  );
});
