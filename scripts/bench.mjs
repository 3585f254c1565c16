// npm run bench: measures the server beside others. npm run bench -- --help tells what it takes.
import './setup/check-node.mjs';
import { spawn } from 'node:child_process';
import process from 'node:process';
import { readCommandLine } from './bench/command-line.mjs';
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { waiting } from './setup/progress.mjs';
import { root } from './setup/root.mjs';
import { main, run } from './setup/run.mjs';

const compiler = 'node_modules/typescript/bin/tsc';

await main(async () => {
  const { text, task, isOurs } = readCommandLine(process.argv.slice(2));
  if (text !== undefined) {
    process.stdout.write(text);
    return;
  }
  await install();
  // Somebody who names a server wants that one, as it is.
  if (isOurs) await build(['server']);
  await waiting('building the bench', () =>
    run(process.execPath, [compiler, '-p', 'bench/tsconfig.build.json']),
  );
  const bench = spawn(
    process.execPath,
    ['--import', './scripts/start/on-leash.mjs', 'bench/dist/main.js', JSON.stringify(task)],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  // The terminal tells both of a Ctrl-C; this one waits until the bench has cleared up.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => bench.kill(signal));
  process.exitCode = await new Promise((resolve) =>
    bench.once('exit', (code) => resolve(code ?? 1)),
  );
});
