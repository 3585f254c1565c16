// npm run check: everything about the code that can be judged without running it.
// Names after `--` run only those steps: npm run check -- lint types
import './setup/check-node.mjs';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { waiting } from './setup/progress.mjs';
import { root } from './setup/root.mjs';
import { main, run, SetupError } from './setup/run.mjs';

const node = (file, ...args) => run(process.execPath, [`node_modules/${file}`, ...args]);
const types = (project) => node('typescript/bin/tsc', '--noEmit', '-p', project);

const steps = {
  format: () => node('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  lint: () => node('oxlint/bin/oxlint', '--type-aware', '--deny-warnings'),
  types: async () => {
    await types('tsconfig.json');
    await types('client/sdk/tsconfig.json');
    await types('client/chat/tsconfig.json');
    await types('client/cli/tsconfig.json');
  },
  layers: () =>
    node(
      'dependency-cruiser/bin/dependency-cruise.mjs',
      ...['src', 'client', 'test', 'bench'].filter((folder) => existsSync(path.join(root, folder))),
    ),
  tidy: () =>
    run(process.execPath, [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--selectProjects',
      'tidy',
    ]),
};

await main(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in steps));
  if (unknown.length > 0) {
    throw new SetupError(
      `no step ${unknown.join(', ')}; there are ${Object.keys(steps).join(', ')}`,
    );
  }
  await install();
  // The types of the chat and the command line come from the SDK as it is built.
  await build(['sdk']);
  // All of them, so that one run tells everything there is to mend.
  const failures = [];
  for (const name of asked.length > 0 ? asked : Object.keys(steps)) {
    await waiting(name, steps[name]).catch((error) => failures.push(error));
  }
  for (const failure of failures) process.stderr.write(`\n${failure.message}\n`);
  if (failures.length > 0) process.exitCode = 1;
});
