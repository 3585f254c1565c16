import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Code, Machine } from '../measure/machine.js';
import { chartOf } from './chart.js';
import type { ScenarioResult } from './result.js';
import { verdictOf } from './verdict.js';

/** What a result is of, beside its scenario. */
export interface Origin {
  readonly machine: Machine;
  readonly code: Code;
  /** Whether it is from a run of all scenarios. */
  readonly isWhole: boolean;
}

/**
 * The name of a result, without its ending. Runs of one day replace each other only where they are of the
 * same mode and kind: what is quoted is from a whole run, of the server as it is built here, and counts.
 *
 * @param at date and time as in ISO 8601
 */
export function resultName(
  at: string,
  { scenario, mode, faults }: Pick<ScenarioResult, 'scenario' | 'mode' | 'faults'>,
  { code, isWhole }: Pick<Origin, 'isWhole'> & { readonly code: KindOfBuild },
): string {
  const kinds = [
    isWhole ? '' : '-alone',
    code.isOwnBuild ? '' : '-other-server',
    code.isProfiled ? '-profiled' : '',
    faults.length > 0 ? '-void' : '',
  ];
  return `${at.slice(0, 10)}-${scenario}-${mode}${kinds.join('')}`;
}

type KindOfBuild = Pick<Code, 'isOwnBuild' | 'isProfiled'>;

/** Keeps a result with the facts of the machine, as JSON and as a chart. Returns the files' paths. */
export function writeResult(folder: string, origin: Origin, result: ScenarioResult): string[] {
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const stem = path.join(folder, resultName(at, result, origin));
  const { machine, code } = origin;
  const claims = result.claims.map((claim) => ({ ...claim, verdict: verdictOf(result, claim) }));
  const json = JSON.stringify({ at, code, machine, ...result, claims }, rounded, 2);
  writeFileSync(`${stem}.json`, `${json}\n`);
  writeFileSync(`${stem}.svg`, chartOf(result, origin, at));
  return [`${stem}.json`, `${stem}.svg`];
}

/** Nobody measures nanoseconds here. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}
