import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from '../measure/machine.js';
import { chartOf } from './chart.js';
import type { ScenarioResult } from './result.js';
import { verdictOf } from './verdict.js';

/** Keeps a result with the facts of the machine, as JSON and as a chart. Returns the files' paths. */
export function writeResult(folder: string, machine: Machine, result: ScenarioResult): string[] {
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const kind = result.mode === 'quick' ? '-quick' : '';
  const stem = path.join(folder, `${at.slice(0, 10)}-${result.scenario}${kind}`);
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
