import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from '../measure/machine.js';
import { chartOf } from './chart.js';
import type { ScenarioResult } from './result.js';
import { verdictOf } from './verdict.js';

/**
 * The name of a result, without its ending. Runs of one day replace each other only where they are of the
 * same mode and both of all scenarios or both not: what is quoted is from a whole run.
 *
 * @param at date and time as in ISO 8601
 * @param isWhole whether it is from a run of all scenarios
 */
export function resultName(
  at: string,
  { scenario, mode }: Pick<ScenarioResult, 'scenario' | 'mode'>,
  isWhole: boolean,
): string {
  return `${at.slice(0, 10)}-${scenario}-${mode}${isWhole ? '' : '-alone'}`;
}

/** Keeps a result with the facts of the machine, as JSON and as a chart. Returns the files' paths. */
export function writeResult(
  folder: string,
  machine: Machine,
  result: ScenarioResult,
  isWhole: boolean,
): string[] {
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const stem = path.join(folder, resultName(at, result, isWhole));
  const claims = result.claims.map((claim) => ({ ...claim, verdict: verdictOf(result, claim) }));
  const json = JSON.stringify({ at, machine, ...result, claims }, rounded, 2);
  writeFileSync(`${stem}.json`, `${json}\n`);
  writeFileSync(`${stem}.svg`, chartOf(result, machine, at));
  return [`${stem}.json`, `${stem}.svg`];
}

/** Nobody measures nanoseconds here. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}
