import { expect, test } from '@jest/globals';
import { resultName } from '../../../bench/report/result-file.js';
import { scenarios } from '../../../bench/scenarios/scenarios.js';

const AT = '2026-11-24T23:59:59.999Z';
const OWN = { isOwnBuild: true, isProfiled: false };

test('a result is named for its day, its scenario and how it was run', () => {
  expect(
    resultName(AT, { scenario: 'hot', mode: 'standard', faults: [] }, { code: OWN, isWhole: true }),
  ).toBe('2026-11-24-hot-standard');
  expect(
    resultName(
      AT,
      { scenario: 'hot', mode: 'full', faults: ['a message was lost'] },
      { code: { isOwnBuild: false, isProfiled: true }, isWhole: false },
    ),
  ).toBe('2026-11-24-hot-full-alone-other-server-profiled-void');
});

test('no two kinds of run, and no two scenarios, share a file: what is quoted stays', () => {
  const either = [true, false];
  const names = scenarios.flatMap(({ name }) =>
    (['quick', 'standard', 'full'] as const).flatMap((mode) =>
      either.flatMap((isWhole) =>
        either.flatMap((isOwnBuild) =>
          either.flatMap((isProfiled) =>
            [[], ['a fault']].map((faults) =>
              resultName(
                AT,
                { scenario: name, mode, faults },
                { code: { isOwnBuild, isProfiled }, isWhole },
              ),
            ),
          ),
        ),
      ),
    ),
  );
  expect(new Set(names).size).toBe(scenarios.length * 3 * 16);
});
