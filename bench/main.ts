import path from 'node:path';
import process from 'node:process';
import { code, type CoreTime, coreTime, machine, NO_REDIS } from './measure/machine.js';
import { openFilesMax, tooFewFiles } from './measure/open-files.js';
import { Progress } from './report/progress.js';
import type { ScenarioResult } from './report/result.js';
import { writeResult } from './report/result-file.js';
import { claimsTable, type Failure, tableOf } from './report/table.js';
import { verdictOf } from './report/verdict.js';
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
  const { mode, server, isOwnBuild, profiles } = task;
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
  const facts = machine();
  if (facts.redis === NO_REDIS) {
    process.stderr.write(
      'There is no redis-server on the PATH. Install it, or name its file in REDIS_SERVER.\n',
    );
    process.exitCode = 1;
    return;
  }
  const results: ScenarioResult[] = [];
  const failures: Failure[] = [];
  const origin = {
    machine: facts,
    code: code({ isOwnBuild, isProfiled: profiles !== null }),
    isWhole,
  };
  const progress = new Progress(wanted.length);
  for (const { name, number, title, play } of wanted) {
    progress.begin(name);
    const startedAt = performance.now();
    const before = coreTime();
    try {
      const say = (what: string): void => progress.say(what);
      const findings = await play.run({ mode, server, profiles, progress: say });
      const seconds = (performance.now() - startedAt) / 1000;
      const stolen = stolenSince(before);
      const result = { scenario: name, number, title, mode, seconds, stolen, ...findings };
      results.push(result);
      progress.done();
      const files = writeResult('bench/results', origin, result);
      process.stdout.write(`\n${tableOf(result)}  ${files.map(shown).join('  ')}\n`);
      const isVoid = result.claims.some((claim) => verdictOf(result, claim) === 'void');
      if (result.faults.length > 0 || isVoid) process.exitCode = 1;
    } catch (error) {
      progress.done();
      failures.push({ scenario: name, message: messageOf(error) });
      process.stderr.write(`\n${name}: ${messageOf(error)}\n`);
      process.exitCode = 1;
    }
  }
  if (wanted.length > 1) process.stdout.write(`\n${claimsTable(results, failures)}`);
}

function stolenSince(before: CoreTime): number {
  const { all, stolen } = coreTime();
  return (stolen - before.stolen) / (all - before.all);
}

function shown(file: string): string {
  return path.relative('.', file);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
