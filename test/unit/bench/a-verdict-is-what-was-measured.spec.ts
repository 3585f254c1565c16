import { describe, expect, test } from '@jest/globals';
import type { Claim, ScenarioResult } from '../../../bench/report/result.js';
import { claimsTable, spreadText, tableOf } from '../../../bench/report/table.js';
import { verdictOf } from '../../../bench/report/verdict.js';

const NOTHING = { median: Number.NaN, min: Number.NaN, max: Number.NaN };

function claimOf(median: number): Claim {
  const value = Number.isNaN(median) ? NOTHING : { median, min: median, max: median };
  return { what: 'cost', against: 'peer', value, unit: '×', goal: { kind: 'most', value: 1 } };
}

function resultOf(claims: readonly Claim[], over: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    ...{
      scenario: 'hot',
      number: 'S1c',
      title: 'a stream',
      mode: 'standard',
      seconds: 1,
      stolen: 0,
    },
    ...{
      setting: 'as it is',
      columns: [],
      rows: [],
      drawn: 'cpu',
      notes: [],
      faults: [],
      legs: [],
    },
    ...{ claims, ...over },
  };
}

describe('a line', () => {
  test.each([
    [0.9, {}, 'met'],
    [1.1, {}, 'not met'],
    [0.9, { faults: ['a message was lost'] }, 'void'],
    [0.9, { mode: 'quick' }, 'smoke'],
    [Number.NaN, {}, 'void'],
    [Number.NaN, { mode: 'quick' }, 'smoke'],
  ] as const)('of %p in a run with %j is %s', (median, over, verdict) => {
    const claim = claimOf(median);
    expect(verdictOf(resultOf([claim], over), claim)).toBe(verdict);
  });

  test('without a figure is printed as that', () => {
    expect(spreadText(NOTHING, 2, '×')).toBe('–');
  });
});

test('the last table has those that failed, and how many are which', () => {
  const results = [resultOf([claimOf(0.9), claimOf(1.1), claimOf(Number.NaN)])];
  const table = claimsTable(results, [{ scenario: 'burst', message: 'no redis-server' }]);
  expect(table).toContain('burst: failed: no redis-server');
  expect(table.trimEnd().split('\n').at(-1)).toBe('1 met, 1 not met, 1 void, 1 failed');
});

test('what the host took is told where it matters', () => {
  expect(tableOf(resultOf([], { stolen: 0.12 }))).toContain('the host took 12.0 % of the machine');
  expect(tableOf(resultOf([], { stolen: 0.005 }))).not.toContain('the host');
});
