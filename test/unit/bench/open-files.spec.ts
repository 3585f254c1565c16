import { expect, test } from '@jest/globals';
import { openFilesMax, tooFewFiles } from '../../../bench/measure/open-files.js';
import { scenarios } from '../../../bench/scenarios/scenarios.js';

test('how many files may be open is known', () => {
  expect(openFilesMax()).toBeGreaterThan(0);
});

test('a scenario that needs more files is told so before it runs, and what to do', () => {
  expect(tooFewFiles('huge-fan-out', 10_000, 4_096)).toMatch(
    /^huge-fan-out .* needs 10500 open files, but 4096 are allowed\. .*ulimit -n 10500/,
  );
});

test('a scenario that has enough is not', () => {
  expect(tooFewFiles('huge-fan-out', 10_000, 10_500)).toBeNull();
  expect(tooFewFiles('huge-fan-out', 10_000, Number.POSITIVE_INFINITY)).toBeNull();
});

test.each(scenarios)('the 20,000 of the documents are enough for $name', (scenario) => {
  for (const mode of ['quick', 'standard', 'full'] as const) {
    const connections = scenario.connections(mode);
    expect(connections).toBeGreaterThan(0);
    expect(tooFewFiles(scenario.name, connections, 20_000)).toBeNull();
  }
});
