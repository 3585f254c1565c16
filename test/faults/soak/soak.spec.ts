import { expect, test } from '@jest/globals';
import process from 'node:process';
import { seedOf } from '../../../client/cli/src/verify/seeded-random.js';
import { eventually } from '../../support/eventually.js';
import { describeWithRedis } from '../../support/requires.js';
import { inject } from '../injection.js';
import { saidOf } from '../kept-history.js';
import { busCut } from '../rows/f16-bus-cut.js';
import { commandsCut } from '../rows/f17-commands-cut.js';
import { repliesLost } from '../rows/f19-replies-lost.js';
import { clientsReset } from '../rows/f20-clients-reset.js';
import { scriptsFlushed } from '../rows/f32-scripts-flushed.js';
import { stalledReader } from '../rows/f36-stalled-reader.js';
import { churn } from '../rows/f40-churn.js';
import { World } from '../world.js';
import { fillNames, memoryOf } from './memory.js';
import { type Sample, slopeOf } from './slope.js';

/** None that restarts an instance: what it holds is to be followed for as long as it runs. */
const ROWS = [commandsCut, clientsReset, busCut, stalledReader, repliesLost, churn, scriptsFlushed];
const SEED = 52;
const MINUTE_MS = 60_000;
const LEAVES_WITHIN_MS = 30_000;
const minutes = Number(process.env['CARILLON_FAULTS_SOAK']);

describeWithRedis('in a long time of small faults', () => {
  test(
    `nothing is lost, no instance grows and no key stays for ever (${minutes} minutes, seed ${SEED})`,
    async () => {
      const world = await World.start();
      for (const instance of world.instances) await fillNames(instance);
      const live = new Map<string, Sample[]>(world.instances.map(({ name }) => [name, []]));
      const resident = new Map<string, Sample[]>(world.instances.map(({ name }) => [name, []]));
      const beganMs = performance.now();
      const elapsed = () => (performance.now() - beganMs) / MINUTE_MS;
      let injections = 0;
      while (elapsed() < minutes) {
        const row = ROWS[injections % ROWS.length];
        if (row === undefined) throw new Error('no rows');
        const outcome = await inject(world, row, seedOf(SEED, injections));
        expect(saidOf(outcome)).toEqual([]);
        injections += 1;
        for (const instance of world.instances) {
          const memory = await memoryOf(world, instance);
          live.get(instance.name)?.push({ atMinutes: elapsed(), value: memory.live });
          resident.get(instance.name)?.push({ atMinutes: elapsed(), value: memory.resident });
        }
      }
      // Presence ends some seconds after its connection.
      let left = await keysThatStay(world);
      await eventually(
        'no key stays',
        async () => {
          left = await keysThatStay(world);
          return left.length === 0;
        },
        { deadlineMs: LEAVES_WITHIN_MS },
      ).catch(() => undefined);
      const slopes = [...slopesOf('live', live), ...slopesOf('resident', resident)];
      await world.end();
      process.stderr.write(`${injections} injections in ${elapsed().toFixed(1)} minutes\n`);
      for (const { what, name, perMinute, least, most, first, last } of slopes) {
        const grown = `${first.toFixed(0)} to ${last.toFixed(0)} KiB ${what}`;
        const range = `95 %: ${least.toFixed(0)} to ${most.toFixed(0)}`;
        process.stderr.write(
          `${name}: ${grown}, ${perMinute.toFixed(0)} KiB a minute more (${range})\n`,
        );
      }
      expect(left).toEqual([]);
      // The bounds hold 0, or it shrinks.
      for (const { least } of slopes) expect(least).toBeLessThanOrEqual(0);
    },
    (minutes + 5) * MINUTE_MS,
  );
});

/**
 * Keys of channels without an expiry, but for the lives of the partitions, of which there are 1,024 at most.
 * What instances keep of themselves has none: those that live on take away what is left of one that does not.
 */
async function keysThatStay(world: World): Promise<string[]> {
  const keys = (await world.redis.command('KEYS', '*')) as string[];
  const stay: string[] = [];
  for (const key of keys) {
    if (!/:\{\d+\}:/.test(key) || key.endsWith(':life')) continue;
    if ((await world.redis.command('PTTL', key)) === -1) stay.push(key);
  }
  return stay;
}

function slopesOf(what: string, samples: ReadonlyMap<string, readonly Sample[]>) {
  return [...samples].map(([name, all]) => {
    // What an instance takes when it has just started is no growth.
    const settled = all.slice(Math.trunc(all.length / 3));
    const [first, last] = [settled[0], settled.at(-1)].map((sample) => sample?.value ?? Number.NaN);
    return {
      what,
      name,
      first: first ?? Number.NaN,
      last: last ?? Number.NaN,
      ...slopeOf(settled),
    };
  });
}
