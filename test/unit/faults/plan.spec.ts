import { afterEach, describe, expect, test } from '@jest/globals';
import process from 'node:process';
import { KNOWN_SEEDS } from '../../faults/known-seeds.js';
import { plan } from '../../faults/plan.js';

afterEach(() => {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('CARILLON_FAULTS_')) delete process.env[name];
  }
});

describe('what has failed once', () => {
  test('runs first, each with what it taught, and takes no place of the others', () => {
    const wanted = ['F32', 'F35', 'F17', 'F9'];
    const { injections } = planned({ INJECTIONS: '7', ROWS: wanted.join() });
    const known = KNOWN_SEEDS.filter(({ row }) => wanted.includes(row));
    const first = injections.slice(0, known.length);
    expect(first.map(({ row, seed, taught }) => ({ row: row.name, seed, taught }))).toEqual(
      // Where the machine lacks what a row needs, the row is left out of both.
      known.filter(({ row }) => injections.some((it) => it.row.name === row)),
    );
    expect(injections.filter(({ taught }) => taught === undefined)).toHaveLength(7);
    expect(injections.map(({ number }) => number)).toEqual(injections.map((_, n) => n + 1));
  });

  test.each([
    ['of a row that is not wanted', { INJECTIONS: '3', ROWS: 'F9' }],
    ['of a row that is left out', { INJECTIONS: '3', ROWS: 'F9,F17', EXCEPT: 'F17' }],
    ['in the short plan', { SHORT: 'yes' }],
    ['where one is repeated', { REPEAT: 'F17:5' }],
  ])('does not run %s', (_when, settings) => {
    const { injections } = planned(settings);
    expect(injections.filter(({ taught }) => taught !== undefined)).toEqual([]);
  });

  test('is repeated by its row and seed like any other', () => {
    for (const { row, seed } of KNOWN_SEEDS) {
      expect(planned({ REPEAT: `${row}:${seed}` }).injections).toMatchObject([
        { seed, row: { name: row } },
      ]);
    }
  });
});

describe('a bound of times that is broken', () => {
  test.each([
    ['fails a run of so many', { INJECTIONS: '3' }, true],
    ['fails a run of each row', {}, true],
    ['does not fail the short plan', { SHORT: 'yes' }, false],
    ['does not fail a repeated one', { REPEAT: 'F17:5' }, false],
  ])('%s', (_what, settings, isTimed) => {
    expect(planned(settings).isTimed).toBe(isTimed);
  });
});

function planned(settings: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(settings)) {
    process.env[`CARILLON_FAULTS_${name}`] = value;
  }
  return plan();
}
