import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithRedis } from '../../support/requires.js';
import { inject } from '../injection.js';
import { saidOf } from '../kept-history.js';
import type { Row } from '../row.js';
import { redisKilled } from '../rows/f12-redis-killed.js';
import { busSilenced } from '../rows/f16-bus-cut.js';
import { seedOf } from '../../../client/cli/src/verify/seeded-random.js';
import { World } from '../world.js';
import { tell } from './figure.js';

const TIMES = 20;
const SEED = 12;

describeWithRedis('under a load that goes on', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  }, 60_000);

  afterAll(() => world.end());

  test('a bus that falls silent is noticed and left within 2 s', async () => {
    const values = await measured(busSilenced, 'silent bus cut to a new subscription');
    const bound = { of: 'p99', atMost: 2_000 } as const;
    const breach = tell({ name: 'silent bus cut noticed', values, unit: 'ms', bound });
    expect(values).toHaveLength(TIMES);
    expect(breach).toBeNull();
  }, 400_000);

  test('a Redis that is back takes publishes within a second', async () => {
    const values = await measured(redisKilled, 'Redis back to publish accepted');
    const bound = { of: 'p99', atMost: 1_000 } as const;
    const breach = tell({ name: 'Redis back to publish accepted', values, unit: 'ms', bound });
    expect(values).toHaveLength(TIMES);
    expect(breach).toBeNull();
  }, 400_000);

  /** The times of a row that measures them; the invariants must hold beside. */
  async function measured(row: Row, figure: string): Promise<number[]> {
    const values: number[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      const outcome = await inject(world, row, seedOf(SEED, time));
      expect(saidOf(outcome)).toEqual([]);
      values.push(...outcome.figures.filter(({ name }) => name === figure).map(({ ms }) => ms));
    }
    return values;
  }
});
