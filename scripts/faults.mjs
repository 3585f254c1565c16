// npm run test:faults: faults against a real cluster. npm run test:faults -- --help tells what it takes.
import './setup/check-node.mjs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from './setup/build.mjs';
import { findRedis } from './setup/find-redis.mjs';
import { install } from './setup/install.mjs';
import { main, SetupError } from './setup/run.mjs';
import { jest } from './test/jest.mjs';

const help = `npm run test:faults -- [options]

  --injections N    how many faults to inject; each row in turn (default 20)
  --seed N          what chooses them; printed, so that a run can be repeated (default: by the clock)
  --rows F1,F9      only these rows
  --repeat F9:123   one injection again, by its row and its own seed
`;

await main(async () => {
  const text = { type: 'string' };
  const { values } = parseArgs({
    options: {
      ...{ injections: text, seed: text, rows: text, repeat: text },
      help: { type: 'boolean', default: false },
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
  const seed = values.seed ?? String(Math.trunc(Date.now() / 1000));
  process.stdout.write(`seed ${seed}\n`);
  process.exitCode = await jest(['--selectProjects', 'faults', '--verbose'], {
    CARILLON_TEST_REDIS_SERVER: redis.path ?? '',
    CARILLON_FAULTS_SEED: seed,
    CARILLON_FAULTS_INJECTIONS: values.injections ?? '',
    CARILLON_FAULTS_ROWS: values.rows ?? '',
    CARILLON_FAULTS_REPEAT: values.repeat ?? '',
  });
});
