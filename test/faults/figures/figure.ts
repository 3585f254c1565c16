import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { type Spread, spreadOf } from '../spread.js';

export interface Figure {
  readonly name: string;
  readonly values: readonly number[];
  readonly unit: 'ms' | 'KiB';
  /** What must not be more than so much. */
  readonly bound: { readonly of: 'p50' | 'p99' | 'max'; readonly atMost: number };
  /** What else was seen, for whoever reads the result. */
  readonly beside?: Readonly<Record<string, number | string>>;
}

const file =
  process.env['CARILLON_FAULTS_OUT'] ||
  path.resolve(import.meta.dirname, '../../../.cache/faults/figures.json');

/** Prints a figure, adds it to the result file, and returns how its values lie. */
export function tell({ name, values, unit, bound, beside = {} }: Figure): Spread {
  const spread = spreadOf(values);
  const numbers = (['n', 'p50', 'p99', 'max'] as const).map(
    (key) => `${key} ${round(spread[key])}`,
  );
  const more = Object.entries(beside).map(([key, value]) => `\n    ${key}: ${value}`);
  const holds = spread[bound.of] <= bound.atMost ? 'holds' : 'DOES NOT HOLD';
  process.stderr.write(
    `${name}: ${numbers.join(', ')} ${unit}; wanted ${bound.of} <= ${bound.atMost} ${unit}: ${holds}${more.join('')}\n`,
  );
  const known: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const at = new Date().toISOString();
  mkdirSync(path.dirname(file), { recursive: true });
  const result = { ...(known as object), [name]: { at, unit, ...spread, bound, beside } };
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return spread;
}

function round(value: number): string {
  return value.toFixed(Number.isInteger(value) ? 0 : 1);
}
