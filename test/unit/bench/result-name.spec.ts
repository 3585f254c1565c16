import { expect, test } from '@jest/globals';
import { resultName } from '../../../bench/report/result-file.js';
import { scenarios } from '../../../bench/scenarios/scenarios.js';

const AT = '2026-11-24T23:59:59.999Z';

test('a result is named for its day, its scenario and how it was run', () => {
  expect(resultName(AT, { scenario: 'hot', mode: 'standard' }, true)).toBe(
    '2026-11-24-hot-standard',
  );
  expect(resultName(AT, { scenario: 'hot', mode: 'full' }, false)).toBe(
    '2026-11-24-hot-full-alone',
  );
});

test('no two kinds of run, and no two scenarios, share a file', () => {
  const names = scenarios.flatMap(({ name }) =>
    (['quick', 'standard', 'full'] as const).flatMap((mode) =>
      [true, false].map((isWhole) => resultName(AT, { scenario: name, mode }, isWhole)),
    ),
  );
  expect(new Set(names).size).toBe(scenarios.length * 6);
});
