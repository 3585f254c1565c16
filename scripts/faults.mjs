// npm run test:faults: faults against a real cluster. npm run test:faults -- --help tells what it takes.
import './setup/check-node.mjs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from './setup/build.mjs';
import { findRedis } from './setup/find-redis.mjs';
import { install } from './setup/install.mjs';
import { waiting } from './setup/progress.mjs';
import { main, run, SetupError } from './setup/run.mjs';
import { jest } from './test/jest.mjs';

const compiler = 'node_modules/typescript/bin/tsc';

const help = `npm run test:faults -- [options]

  --injections N    how many faults to inject; each row in turn (default: each row once), after those
                    of these rows that have failed once (test/faults/known-seeds.ts)
  --seed N          what chooses them; printed, so that a run can be repeated (default: by the clock)
  --rows F1,F9      only these rows; F0 is the workload without a fault
  --except F24      all but these rows
  --repeat F9:123   one injection again, by its row and its own seed
  --lanes N         clusters that are tried side by side (default 2)
  --short           the plan of every change: twenty faults, always the same, in about two minutes;
                    bounds of times fail every other run of five times and more, not this one
  --figures         not faults but times and sizes at scale, one after another, against their bounds
  --only NAME       of the figures, those whose file has this in its name
  --soak MINUTES    small faults without end: nothing may be lost, and no instance may grow
  --out FILE        where the result goes as JSON (default .cache/faults/)
`;

await main(async () => {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const { values } = parseArgs({
    options: {
      ...{ injections: text, seed: text, rows: text, except: text, repeat: text, lanes: text },
      ...{ out: text, soak: text, only: text, short: flag, figures: flag, help: flag },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  await install();
  await build();
  const redis = await findRedis();
  if (redis.missing !== undefined) throw new SetupError(redis.missing);
  const env = {
    CARILLON_TEST_REDIS_SERVER: redis.path ?? '',
    CARILLON_FAULTS_OUT: values.out === undefined ? '' : path.resolve(values.out),
  };
  const project = ['--selectProjects', 'faults', '--verbose', '--testPathPatterns'];
  if (values.figures) {
    await waiting('building the load generator', () =>
      run(process.execPath, [compiler, '-p', 'test/faults/load/tsconfig.build.json']),
    );
    const pattern = `test/faults/figures/.*${values.only ?? ''}`;
    process.exitCode = await jest([...project, pattern, '--runInBand'], env);
    return;
  }
  if (values.soak !== undefined) {
    if (!(Number(values.soak) > 0)) throw new SetupError('--soak wants a number of minutes.');
    const soak = { ...env, CARILLON_FAULTS_SOAK: values.soak };
    process.exitCode = await jest([...project, 'test/faults/soak'], soak);
    return;
  }
  const seed = values.short ? values.seed : (values.seed ?? String(Math.trunc(Date.now() / 1000)));
  process.exitCode = await jest([...project, 'test/faults/faults.spec'], {
    ...env,
    CARILLON_FAULTS_SEED: seed ?? '',
    CARILLON_FAULTS_INJECTIONS: values.injections ?? '',
    CARILLON_FAULTS_ROWS: values.rows ?? '',
    CARILLON_FAULTS_EXCEPT: values.except ?? '',
    CARILLON_FAULTS_SHORT: values.short ? 'yes' : '',
    CARILLON_FAULTS_REPEAT: values.repeat ?? '',
    CARILLON_FAULTS_LANES: values.lanes ?? '',
  });
});
