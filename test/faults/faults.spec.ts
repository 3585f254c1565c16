import { afterAll, beforeAll, expect, test } from '@jest/globals';
import path from 'node:path';
import process from 'node:process';
import { describeWithRedis, testNotRun } from '../support/requires.js';
import { type Attempted, Lanes } from './lanes.js';
import { plan, type Planned } from './plan.js';
import { Tally } from './tally.js';

const result = path.resolve(import.meta.dirname, '../../.cache/faults/injections.json');

describeWithRedis('nothing is lost, doubled, reordered or passed over in silence when', () => {
  const planned = plan();
  const { injections, skipped } = planned;
  const tally = new Tally(planned);
  const failures = new Map<number, string>();
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const ended = (attempted: Attempted) => {
    const { line, failure } = tally.take(attempted);
    say(line);
    if (failure === null) return;
    failures.set(attempted.planned.number, failure);
    say(failure);
  };
  const lanes = new Lanes(planned, ended, (what) => say(`a cluster could not start: ${what}`));

  beforeAll(async () => {
    say(`${injections.length} injections, seed ${planned.seed}`);
    await lanes.start(planned.lanes);
  }, 120_000);

  afterAll(() => {
    say(tally.toString());
    tally.write(process.env['CARILLON_FAULTS_OUT'] || result);
  });

  test.each(injections.map((one) => [titleOf(one), one] as const))(
    '%s',
    async (_title, one) => {
      await lanes.result(one);
      const failure = failures.get(one.number);
      if (failure !== undefined) throw new Error(failure);
    },
    300_000,
  );

  if (planned.isTimed) {
    test('the times that rows measured keep their bounds', async () => {
      await Promise.all(injections.map((one) => lanes.result(one)));
      expect(tally.breaches).toEqual([]);
    }, 300_000);
  }

  for (const { name, title, needs } of skipped) {
    testNotRun(`${name} ${title}`, `this machine lacks ${needs ?? ''}`);
  }
});

function titleOf({ number, row, seed, taught }: Planned): string {
  const known = taught === undefined ? '' : `; it taught: ${taught}`;
  return `${number}: ${row.name} ${row.title}, seed ${seed}${known}`;
}
