import path from 'node:path';
import process from 'node:process';
import { machine } from './measure/machine.js';
import { openFilesMax, tooFewFiles } from './measure/open-files.js';
import { Progress } from './report/progress.js';
import type { ScenarioResult } from './report/result.js';
import { writeResult } from './report/result-file.js';
import { claimsTable, tableOf } from './report/table.js';
import { scenarios } from './scenarios/scenarios.js';
import { scenarioOf, taskOf } from './task.js';

// What was started is killed by its `exit` handler.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(130));
}

await main();

async function main(): Promise<void> {
  const task = taskOf(process.argv[2]);
  const wanted = task.scenarios.map((words) => ({ ...words, play: scenarioOf(words.name) }));
  const { mode, server, profiles } = task;
  const isWhole = wanted.length === scenarios.length;
  const max = openFilesMax();
  // Before anything runs: a scenario that comes last would else fail after half an hour.
  const tooFew = wanted.flatMap(
    ({ name, play }) => tooFewFiles(name, play.connections(mode), max) ?? [],
  );
  if (tooFew.length > 0) {
    process.stderr.write(`${tooFew.join('\n')}\n`);
    process.exitCode = 1;
    return;
  }
  const results: ScenarioResult[] = [];
  const facts = machine();
  const progress = new Progress(wanted.length);
  for (const { name, number, title, play } of wanted) {
    progress.begin(name);
    const startedAt = performance.now();
    try {
      const say = (what: string): void => progress.say(what);
      const findings = await play.run({ mode, server, profiles, progress: say });
      const seconds = (performance.now() - startedAt) / 1000;
      const result = { scenario: name, number, title, mode, seconds, ...findings };
      results.push(result);
      progress.done();
      const files = writeResult('bench/results', facts, result, isWhole);
      process.stdout.write(`\n${tableOf(result)}  ${files.map(shown).join('  ')}\n`);
      if (result.faults.length > 0) process.exitCode = 1;
    } catch (error) {
      progress.done();
      process.stderr.write(`\n${name}: ${messageOf(error)}\n`);
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
