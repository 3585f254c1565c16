import process from 'node:process';
import { findOnPath } from '../support/find-on-path.js';
import { KNOWN_SEEDS } from './known-seeds.js';
import type { Need, Row } from './row.js';
import { ROWS } from './rows.js';
import { seedOf } from '../../client/cli/src/verify/seeded-random.js';
import { compilerPath } from './wall-clocks.js';

export interface Planned {
  /** From 1. */
  readonly number: number;
  readonly row: Row;
  readonly seed: number;
  /** Of one that has failed once: what it taught. */
  readonly taught?: string;
}

export interface Plan {
  readonly injections: readonly Planned[];
  /** Rows that were wanted and that this machine cannot run. */
  readonly skipped: readonly Row[];
  readonly seed: number;
  /** Clusters that are tried at the same time. */
  readonly lanes: number;
  /**
   * A bound of times that is broken fails the run. Not that of the short plan: it is held against every
   * change, and an assertion on time does not belong there. Nor where one injection is repeated.
   */
  readonly isTimed: boolean;
}

/** What every change is held against, in about two minutes; the one that takes longest comes first. */
const SHORT_ROWS = [
  ...['F21', 'F1', 'F2', 'F3', 'F4', 'F9', 'F12', 'F14', 'F15', 'F16', 'F16b', 'F17'],
  ...['F19', 'F20', 'F24', 'F33', 'F36', 'F38', 'F45', 'F51'],
];
/** The short plan is the same on every run, so that a failure is the change's and not the day's. */
const SHORT_SEED = 20_261_123;
/** Two clusters of four processes each, and those who use them, are what two cores can carry. */
const LANES = 2;

const pathOf: Readonly<Record<Need, string | null>> = {
  'a C compiler': compilerPath,
  prlimit: findOnPath(['prlimit']),
};

/**
 * What to inject, decided before anything runs: `CARILLON_FAULTS_INJECTIONS` of them, chosen by
 * `CARILLON_FAULTS_SEED`, of `CARILLON_FAULTS_ROWS` where only some are wanted and without
 * `CARILLON_FAULTS_EXCEPT`; each row once where nothing is said, and of the short plan with
 * `CARILLON_FAULTS_SHORT`. Where a number is asked for, those that have failed once come before them, in
 * addition. One injection is repeated by its row and its own seed, in
 * `CARILLON_FAULTS_REPEAT` as `F9:123`.
 */
export function plan(): Plan {
  const seed = Number(setting('SEED') ?? SHORT_SEED);
  const repeat = setting('REPEAT');
  if (repeat !== undefined) {
    const [name, own] = repeat.split(':');
    const row = rowCalled(name ?? '');
    const injections = [{ number: 1, row, seed: Number(own) }];
    return { injections, skipped: [], seed, lanes: 1, isTimed: false };
  }
  const except = new Set(names('EXCEPT')?.map(rowCalled));
  const asked = names('ROWS') ?? (setting('SHORT') === undefined ? undefined : SHORT_ROWS);
  const all = asked?.map(rowCalled) ?? ROWS.filter(({ isControl }) => !isControl);
  const wanted = all.filter((row) => !except.has(row));
  const skipped = wanted.filter(({ needs }) => needs !== undefined && pathOf[needs] === null);
  const rows = wanted.filter((row) => !skipped.includes(row));
  if (rows.length === 0) throw new Error('no row is left to run');
  const count = Number(setting('INJECTIONS') ?? rows.length);
  const chosen = Array.from({ length: count }, (_, index) => {
    const row = rows[index % rows.length];
    if (row === undefined) throw new Error('no rows');
    return { row, seed: seedOf(seed, index) };
  });
  const known = setting('INJECTIONS') === undefined ? [] : knownOf(rows);
  const injections = [...known, ...chosen].map((one, index) => ({ number: index + 1, ...one }));
  const lanes = Math.min(Number(setting('LANES') ?? LANES), injections.length);
  return { injections, skipped, seed, lanes, isTimed: setting('SHORT') === undefined };
}

/** Those of these rows that have failed once. */
function knownOf(rows: readonly Row[]): Omit<Planned, 'number'>[] {
  return KNOWN_SEEDS.flatMap(({ row: name, seed, taught }) => {
    const row = rowCalled(name);
    return rows.includes(row) ? [{ row, seed, taught }] : [];
  });
}

function rowCalled(name: string): Row {
  const row = ROWS.find((it) => it.name === name);
  if (row === undefined) {
    throw new Error(`no row is called ${name}; there are ${ROWS.map((it) => it.name).join(' ')}`);
  }
  return row;
}

function names(list: string): string[] | undefined {
  return setting(list)
    ?.split(',')
    .map((name) => name.trim());
}

function setting(name: string): string | undefined {
  const value = process.env[`CARILLON_FAULTS_${name}`];
  return value === '' ? undefined : value;
}
