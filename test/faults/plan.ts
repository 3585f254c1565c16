import process from 'node:process';
import type { Row } from './row.js';
import { ROWS } from './rows.js';
import { seedOf } from '../../client/cli/src/verify/seeded-random.js';

export interface Planned {
  readonly row: Row;
  readonly seed: number;
}

/** As many injections as every run of all tests can afford: each row once, and the first again. */
const SHORT = 20;
const SHORT_SEED = 20_261_123;

/**
 * What to inject, decided before anything runs: `CARILLON_FAULTS_INJECTIONS` of them, chosen by
 * `CARILLON_FAULTS_SEED`, of `CARILLON_FAULTS_ROWS` where only some are wanted. One injection is
 * repeated by its row and its own seed, in `CARILLON_FAULTS_REPEAT` as `F9:123`.
 */
export function plan(): Planned[] {
  const wanted = setting('ROWS')?.split(',');
  const rows = ROWS.filter(({ name }) => wanted?.includes(name) ?? true);
  if (rows.length === 0) throw new Error(`no row is called ${wanted?.join(' or ')}`);
  const repeat = setting('REPEAT');
  if (repeat !== undefined) {
    const [name, seed] = repeat.split(':');
    const row = ROWS.find((it) => it.name === name);
    if (row === undefined) throw new Error(`no row is called ${name}`);
    return [{ row, seed: Number(seed) }];
  }
  const count = Number(setting('INJECTIONS') ?? (wanted === undefined ? SHORT : rows.length));
  const seed = Number(setting('SEED') ?? SHORT_SEED);
  return Array.from({ length: count }, (_, index) => {
    const row = rows[index % rows.length];
    if (row === undefined) throw new Error('no rows');
    return { row, seed: seedOf(seed, index) };
  });
}

function setting(name: string): string | undefined {
  const value = process.env[`CARILLON_FAULTS_${name}`];
  return value === '' ? undefined : value;
}
