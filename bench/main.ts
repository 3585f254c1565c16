import path from 'node:path';
import process from 'node:process';
import { type CommandLine, readCommandLine, usage } from './command-line.js';
import { machine } from './measure/machine.js';
import { Progress } from './report/progress.js';
import { writeResult } from './report/result-file.js';
import { tableOf } from './report/table.js';

// What was started is killed by its `exit` handler.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(130));
}

await main();

async function main(): Promise<void> {
  const commandLine = commandLineOrExit();
  if (commandLine.isHelp) {
    process.stdout.write(usage);
    return;
  }
  try {
    await bench(commandLine);
  } catch (error) {
    process.stderr.write(`\n${String(error)}\n`);
    process.exitCode = 1;
  }
}

async function bench({ wanted, isQuick, server, profiles }: CommandLine): Promise<void> {
  const facts = machine();
  const progress = new Progress();
  const start = { server: path.resolve(server), profiles };
  for (const scenario of wanted) {
    const say = (what: string): void => progress.say(`${scenario.name}: ${what}`);
    const result = await scenario.run({ isQuick, start, progress: say });
    progress.done();
    const file = writeResult('bench/results', facts, result);
    process.stdout.write(`\n${tableOf(result)}  ${path.relative('.', file)}\n`);
    if (result.faults.length > 0) process.exitCode = 1;
  }
}

function commandLineOrExit(): CommandLine {
  try {
    return readCommandLine(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(64);
  }
}
