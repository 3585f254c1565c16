import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from '../measure/machine.js';
import type { ScenarioResult } from './result.js';

/** Keeps a result with the facts of the machine. Returns the file's path. */
export function writeResult(folder: string, machine: Machine, result: ScenarioResult): string {
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const kind = result.isQuick ? '-quick' : '';
  const file = path.join(folder, `${at.slice(0, 10)}-${result.scenario}${kind}.json`);
  writeFileSync(file, `${JSON.stringify({ at, machine, ...result }, rounded, 2)}\n`);
  return file;
}

/** Nobody measures nanoseconds here. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}
