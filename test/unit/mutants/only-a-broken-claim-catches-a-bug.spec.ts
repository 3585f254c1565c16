import { expect, test } from '@jest/globals';
import path from 'node:path';

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const root = path.resolve(import.meta.dirname, '../../..');
const load = (file: string): Promise<unknown> => import(path.join(root, 'scripts/mutants', file));
const { verdictOf } = (await load('verdict.mjs')) as {
  verdictOf(report: Report | null, check: object): { verdict: string; why: string };
};
const { planted } = (await load('planted.mjs')) as {
  planted(text: string, mutant: object): string;
};
const { table } = (await load('table.mjs')) as { table(results: readonly object[]): string };

const check = { project: 'unit', spec: 'test/unit/a.spec.ts', test: 'goes on' };

function report(status: string, ...failureMessages: string[]): Report {
  const one = { fullName: 'a reader goes on', status, failureMessages };
  const other = { fullName: 'another one', status: 'failed', failureMessages: ['expect(1)'] };
  const name = '/copy/test/unit/a.spec.ts';
  return { testResults: [{ name, message: '', assertionResults: [one, other] }] };
}

test.each([
  ['a matcher', 'Error: expect(received).toEqual(expected)'],
  ['a coloured matcher', 'Error: \u001B[2mexpect(\u001B[22mreceived).toBe(expected)'],
  ['a condition that did not come', 'Error: not within 2000 ms: told; last seen: false'],
  ['an injection', 'Error: F9 (an instance dies), seed 3: 2 in all\n  I2 chat:x: p2-3 came twice'],
])('%s that did not hold has caught the bug', (_what, text) => {
  expect(verdictOf(report('failed', text), check).verdict).toBe('caught');
});

test.each([
  ['time ran out', 'Error: thrown: "Exceeded timeout of 30000 ms for a test.'],
  ['the program broke', "TypeError: Cannot read properties of undefined (reading 'expect(')"],
  ['something else was thrown', 'Error: no unanswered publish'],
  [
    'an injection did not bite',
    'Error: F9 (an instance dies), seed 3: it did not bite: 0 publishes',
  ],
])('a red test proves nothing when %s', (_what, text) => {
  expect(verdictOf(report('failed', text), check).verdict).toBe('invalid');
});

test('a green test lets the bug survive, whatever the others say', () => {
  expect(verdictOf(report('passed'), check).verdict).toBe('survived');
});

test('a check that did not run proves nothing', () => {
  expect(verdictOf(null, check).verdict).toBe('invalid');
  expect(verdictOf(report('pending'), check).verdict).toBe('invalid');
  const broken = { name: '/copy/test/unit/a.spec.ts', message: 'no module', assertionResults: [] };
  expect(verdictOf({ testResults: [broken] }, check)).toEqual({
    verdict: 'invalid',
    why: 'it could not be loaded: no module',
  });
});

test('a check that the machine cannot run is told apart', () => {
  const fullName = 'F33 the clock jumps [skipped: this machine lacks a C compiler] is run';
  const skipped = { fullName, status: 'pending', failureMessages: [] };
  const file = { name: '/copy/test/unit/a.spec.ts', message: '', assertionResults: [skipped] };
  expect(verdictOf({ testResults: [file] }, { ...check, test: 'F33 ' })).toEqual({
    verdict: 'not run',
    why: fullName,
  });
});

test('a bug is planted as it is written, in a place that is there once', () => {
  const mutant = { file: 'a.ts', find: 'b', replace: "$& $'" };
  expect(planted('a b c', mutant)).toBe("a $& $' c");
  expect(() => planted('a c', mutant)).toThrow('stale: a.ts has 0 times "b"');
  expect(() => planted('b b', mutant)).toThrow('stale: a.ts has 2 times "b"');
});

test('the table has a line for each, under one another', () => {
  const mutant = { name: 'one', file: 'a.ts', rows: ['F1', 'F2'], check };
  expect(table([{ mutant, verdict: 'caught', seconds: 1.25 }])).toBe(
    [
      '| mutant | file | rows  | check                        | verdict | seconds |',
      '| ------ | ---- | ----- | ---------------------------- | ------- | ------- |',
      '| one    | a.ts | F1 F2 | test/unit/a.spec.ts: goes on | caught  | 1.3     |',
      '',
    ].join('\n'),
  );
});
