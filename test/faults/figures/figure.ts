import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { type Bound, breachOf } from '../bounds.js';
import { spreadOf } from '../spread.js';

export interface Figure {
  readonly name: string;
  readonly values: readonly number[];
  readonly unit: 'ms' | 'KiB';
  readonly bound: Bound;
  /** What else was seen, for whoever reads the result. */
  readonly beside?: Readonly<Record<string, number | string>>;
}

const file =
  process.env['CARILLON_FAULTS_OUT'] ||
  path.resolve(import.meta.dirname, '../../../.cache/faults/figures.json');

/** Prints a figure, adds it to the result file, and returns which bound it breaks; null where it keeps it. */
export function tell({ name, values, unit, bound, beside = {} }: Figure): string | null {
  const spread = spreadOf(values);
  const numbers = (['n', 'p50', 'p99', 'max'] as const).map(
    (key) => `${key} ${round(spread[key])}`,
  );
  const more = Object.entries(beside).map(([key, value]) => `\n    ${key}: ${value}`);
  const breach = breachOf({ name, unit, bound }, spread);
  const holds = breach === null ? 'holds' : 'DOES NOT HOLD';
  process.stderr.write(
    `${name}: ${numbers.join(', ')} ${unit}; wanted ${bound.of} <= ${bound.atMost} ${unit}: ${holds}${more.join('')}\n`,
  );
  const known: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const at = new Date().toISOString();
  mkdirSync(path.dirname(file), { recursive: true });
  const result = { ...(known as object), [name]: { at, unit, ...spread, bound, beside } };
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return breach;
}

function round(value: number): string {
  return value.toFixed(Number.isInteger(value) ? 0 : 1);
}
