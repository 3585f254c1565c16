import { afterAll, beforeAll, test } from '@jest/globals';
import process from 'node:process';
import { describeWithRedis } from '../support/requires.js';
import { inject } from './injection.js';
import { plan } from './plan.js';
import { seedOf } from '../../client/cli/src/verify/seeded-random.js';
import { Tally } from './tally.js';
import { World } from './world.js';

/** One that did not bite proves nothing, so another one takes its place; not one that failed. */
const TRIES = 3;

describeWithRedis('nothing is lost, doubled, reordered or passed over in silence when', () => {
  const tally = new Tally();
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  }, 60_000);

  afterAll(() => {
    process.stderr.write(`${tally.toString()}\n`);
  });

  test.each(plan())(
    '$row.name $row.title, seed $seed',
    async ({ row, seed }) => {
      let told = '';
      for (let attempt = 0; attempt < TRIES; attempt += 1) {
        const verdict = tally.take(
          await inject(world, row, attempt === 0 ? seed : seedOf(seed, attempt)),
        );
        if (verdict === null) return;
        told = verdict.text;
        if (verdict.kind === 'failed') break;
        process.stderr.write(`${told}\n`);
      }
      throw new Error(told);
    },
    180_000,
  );
});
