import path from 'node:path';
import process from 'node:process';
import { type CommandLine, readCommandLine, usage } from './command-line.js';
import { machine } from './measure/machine.js';
import { Progress } from './report/progress.js';
import type { ScenarioResult } from './report/result.js';
import { writeResult } from './report/result-file.js';
import { claimsTable, tableOf } from './report/table.js';

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
  const results: ScenarioResult[] = [];
  const facts = machine();
  const progress = new Progress(commandLine.wanted.length);
  for (const scenario of commandLine.wanted) {
    progress.begin(scenario.name);
    const startedAt = performance.now();
    try {
      const { mode, server, profiles } = commandLine;
      const findings = await scenario.run({
        mode,
        server: path.resolve(server),
        profiles,
        progress: (what) => progress.say(what),
      });
      const { name, number, title } = scenario;
      const seconds = (performance.now() - startedAt) / 1000;
      const result = { scenario: name, number, title, mode, seconds, ...findings };
      results.push(result);
      progress.done();
      const files = writeResult('bench/results', facts, result);
      process.stdout.write(`\n${tableOf(result)}  ${files.map(shown).join('  ')}\n`);
      if (result.faults.length > 0) process.exitCode = 1;
    } catch (error) {
      progress.done();
      process.stderr.write(`\n${scenario.name}: ${messageOf(error)}\n`);
      process.exitCode = 1;
    }
  }
  if (results.length > 1) process.stdout.write(`\n${claimsTable(results)}`);
}

function shown(file: string): string {
  return path.relative('.', file);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function commandLineOrExit(): CommandLine {
  try {
    return readCommandLine(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}`);
    process.exit(64);
  }
}
