// npm test: what the product does, from a fresh clone, with nothing but Node and npm. The house rules are
// in `npm run check`, the faults in `npm run test:faults`: each takes a machine of its own.
// What follows `--` goes to jest: npm test -- --selectProjects unit
import './setup/check-node.mjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { build } from './setup/build.mjs';
import { findChromium } from './setup/find-chromium.mjs';
import { findRedis } from './setup/find-redis.mjs';
import { install } from './setup/install.mjs';
import { main, SetupError } from './setup/run.mjs';
import { jest } from './test/jest.mjs';
import { readOutcome, summary } from './test/outcome.mjs';

const isCi = process.env.CI === 'true';

await main(async () => {
  await install();
  await build();
  const redis = await findRedis();
  const chromium = await findChromium();
  const advice = [redis.missing, chromium.missing].filter((it) => it !== undefined);
  if (isCi && advice.length > 0)
    throw new SetupError(`with CI=true nothing is skipped, but ${advice.join('; ')}`);

  const folder = mkdtempSync(path.join(tmpdir(), 'carillon-test-'));
  const reportFile = path.join(folder, 'report.json');
  try {
    // The order matters: each option ends the list that the one before it takes.
    const ours = ['--ignoreProjects', 'tidy', 'faults', '--json', `--outputFile=${reportFile}`];
    const code = await jest([...ours, ...process.argv.slice(2)], {
      // Empty: there is none, so that a test does not go and look for itself.
      CARILLON_TEST_REDIS_SERVER: redis.path ?? '',
      CARILLON_TEST_CHROMIUM: chromium.path ?? '',
    });
    const outcome = readOutcome(reportFile);
    process.stdout.write(`\n${summary(outcome, advice)}`);
    process.exitCode = code === 0 && outcome.failed > 0 ? 1 : code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
