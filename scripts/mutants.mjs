// npm run test:mutants: bugs are planted one by one, and each must be caught by the check that is named
// for it. npm run test:mutants -- --help tells what it takes.
import './setup/check-node.mjs';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { attemptsOf, checkName, isSlow, runChecks } from './mutants/check.mjs';
import { Checkout } from './mutants/checkout.mjs';
import { table } from './mutants/table.mjs';
import { verdictOf } from './mutants/verdict.mjs';
import { build } from './setup/build.mjs';
import { findRedis } from './setup/find-redis.mjs';
import { install } from './setup/install.mjs';
import { waiting } from './setup/progress.mjs';
import { root } from './setup/root.mjs';
import { main, SetupError } from './setup/run.mjs';

const help = `npm run test:mutants -- [options]

  --quick        only bugs that a unit or contract test catches, in seconds each
  --only NAMES   only these, comma-separated; a part of a name is enough
  --rows F1,F9   only bugs of these rows
  --json FILE    writes the results there, too
  --list         tells what there is and runs nothing
`;

await main(async () => {
  const { values } = parseArgs({
    options: {
      ...{ only: { type: 'string' }, rows: { type: 'string' }, json: { type: 'string' } },
      ...{ quick: { type: 'boolean' }, list: { type: 'boolean' }, help: { type: 'boolean' } },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const { mutants } = await import(path.join(root, 'test/mutants/mutants.mjs'));
  const chosen = choose(mutants, values);
  if (values.list) {
    for (const { name, bug, rows } of chosen)
      process.stdout.write(`${name} [${rows.join(' ')}]: ${bug}\n`);
    return;
  }
  await install();
  await build(['server']);
  const redis = await findRedis();
  if (redis.missing !== undefined) throw new SetupError(redis.missing);
  process.env.CARILLON_TEST_REDIS_SERVER = redis.path;
  const checkout = new Checkout();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
  process.once('exit', () => checkout.remove());
  // A bug whose place is gone is told before an hour was spent on the others.
  const stale = chosen.flatMap((mutant) => {
    try {
      checkout.plant(mutant)();
      return [];
    } catch (error) {
      return [`${mutant.name}: ${error.message}`];
    }
  });
  if (stale.length > 0) throw new SetupError(stale.join('\n'));
  const without = await proveGreen(checkout, chosen);
  const results = [];
  for (const [index, mutant] of chosen.entries()) {
    const result = await judge(checkout, mutant, without);
    results.push(result);
    const { verdict, seconds, why } = result;
    const told = verdict === 'caught' ? '' : `: ${why}`;
    process.stderr.write(
      `${index + 1}/${chosen.length} ${verdict} ${mutant.name} (${seconds.toFixed(1)} s)${told}\n`,
    );
    if (values.json !== undefined)
      writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  }
  const count = (wanted) => results.filter(({ verdict }) => verdict === wanted).length;
  const missed = count('survived') + count('invalid');
  process.stdout.write(
    `${table(results)}\n${count('caught')} of ${results.length} caught, ${missed} missed, ${count('not run')} not run\n`,
  );
  if (missed > 0) process.exitCode = 1;
});

function choose(mutants, { quick, only, rows }) {
  const names = only?.split(',');
  const wanted = rows?.split(',');
  const chosen = mutants.filter(
    (mutant) =>
      !(quick && isSlow(mutant.check)) &&
      (names?.some((name) => mutant.name.includes(name)) ?? true) &&
      (wanted?.some((row) => mutant.rows.includes(row)) ?? true),
  );
  if (chosen.length === 0) throw new SetupError('no such bug; --list tells what there is');
  return chosen;
}

/**
 * A check that fails without the bug would seem to catch it. Resolves with what is known by that of those
 * that are not green, or cannot run here; the others are not kept from being tried.
 */
async function proveGreen(checkout, chosen) {
  const all = chosen.flatMap(({ check }) => attemptsOf(check));
  const checks = [...new Map(all.map((check) => [checkName(check), check])).values()];
  const quick = checks.filter((check) => !isSlow(check));
  const groups = checks.filter(isSlow).map((check) => [check]);
  if (quick.length > 0) groups.unshift(quick);
  const without = new Map();
  for (const [index, group] of groups.entries()) {
    const what =
      group.length === 1 ? checkName(group[0]) : `${group.length} checks that take no process`;
    const report = await waiting(`without a bug, ${index + 1}/${groups.length}: ${what}`, () =>
      runChecks(checkout.folder, group),
    );
    for (const check of group) {
      const { verdict, why } = verdictOf(report, check);
      if (verdict === 'survived') continue;
      const isLacking = verdict === 'not run';
      without.set(checkName(check), {
        verdict: isLacking ? 'not run' : 'invalid',
        why: isLacking ? 'this machine lacks what it needs' : `it fails without the bug: ${why}`,
      });
      if (!isLacking)
        process.stderr.write(`not green without a bug: ${checkName(check)}: ${why}\n`);
    }
  }
  return without;
}

/**
 * Plants the bug and runs its check, and the others that are named for it until one catches it; not those
 * of which more is known already.
 */
async function judge(checkout, mutant, without) {
  const startedAt = performance.now();
  const restore = checkout.plant(mutant);
  let judged = null;
  try {
    for (const check of attemptsOf(mutant.check)) {
      const known = without.get(checkName(check));
      judged = known ?? verdictOf(await runChecks(checkout.folder, [check]), check);
      if (judged.verdict === 'caught') break;
    }
  } finally {
    restore();
  }
  return { mutant, ...judged, seconds: (performance.now() - startedAt) / 1000 };
}
