import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Mutant {
  readonly name: string;
  readonly bug: string;
  readonly rows: readonly string[];
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly check: {
    readonly project: string;
    readonly spec: string;
    readonly test: string;
    readonly env?: Readonly<Record<string, string>>;
  };
}

const root = path.resolve(import.meta.dirname, '../../..');
const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const { mutants } = (await import(path.join(root, 'test/mutants/mutants.mjs'))) as {
  mutants: readonly Mutant[];
};

/** The rows of the fault catalogue that must have a bug that is caught. */
const ROWS = 'F1 F2 F3 F4 F9 F12 F14 F15 F16 F17 F19 F21 F24 F33 F36 F38 F45'.split(' ');

describe('a planted bug', () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    '%s stands in one place, and changes it',
    (_name, { file, find, replace }) => {
      expect(textOf(file).split(find).length - 1).toBe(1);
      expect(replace).not.toBe(find);
    },
  );

  test.each(mutants.map((mutant) => [mutant.name, mutant.check] as const))(
    '%s names a check that exists',
    (_name, { spec, test: name, env }) => {
      expect(existsSync(path.join(root, spec))).toBe(true);
      const row = /^(F\d+\w*):/.exec(env?.['CARILLON_FAULTS_REPEAT'] ?? '')?.[1];
      const isThere =
        row === undefined ? claimsNear(spec).includes(name) : rowsThere().includes(row);
      expect(isThere).toBe(true);
    },
  );

  test('has a name of its own, and says what would be wrong', () => {
    const names = mutants.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(mutants.filter(({ bug }) => bug.length < 20)).toEqual([]);
  });
});

test('every row has a planted bug that its injection must catch', () => {
  const planted = new Set(mutants.flatMap(({ rows }) => rows));
  expect(ROWS.filter((row) => !planted.has(row))).toEqual([]);
  const injected = new Set(
    mutants.map(({ check }) => check.env?.['CARILLON_FAULTS_REPEAT']?.split(':')[0]),
  );
  expect(ROWS.filter((row) => !injected.has(row))).toEqual([]);
});

/** The rows that can be injected, by the files that they stand in. */
function rowsThere(): string[] {
  const folder = 'test/faults/rows';
  const texts = readdirSync(path.join(root, folder)).map((file) => textOf(`${folder}/${file}`));
  return texts.flatMap((text) =>
    [...text.matchAll(/name: '(F\d+[a-z]?)'/g)].map(([, name]) => name ?? ''),
  );
}

/** The text of a spec, and of the contract that it runs. */
function claimsNear(spec: string): string {
  const text = textOf(spec);
  const contracts = [...text.matchAll(/from '\.\/(broker)\.contract\.js'/g)].flatMap(() =>
    ['append', 'read', 'announce'].map((part) => `test/contract/broker-${part}.contract.ts`),
  );
  return [text, ...contracts.map(textOf)].join('\n');
}
