import { afterEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly skippedFiles: readonly { file: string; reason: string; count: number }[];
}

const root = path.resolve(import.meta.dirname, '../../..');
const { readOutcome, summary } = (await import(path.join(root, 'scripts/test/outcome.mjs'))) as {
  readOutcome(reportFile: string): Outcome;
  summary(outcome: Outcome, advice: readonly string[]): string;
};
const folder = mkdtempSync(path.join(tmpdir(), 'carillon-summary-'));
const reportFile = path.join(folder, 'report.json');

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the last line counts, and the ones above say what did not run and how to run it', () => {
  const report = {
    numPassedTests: 7,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 0,
    // A file that could not be loaded has no tests to count.
    numRuntimeErrorTestSuites: 1,
    testResults: [
      {
        name: path.join(root, 'test/browser/chat.spec.ts'),
        assertionResults: [
          { status: 'pending', ancestorTitles: ['chat [skipped: chromium is not installed]'] },
          { status: 'pending', ancestorTitles: ['chat [skipped: chromium is not installed]'] },
          { status: 'passed', ancestorTitles: ['words'] },
        ],
      },
    ],
  };
  writeFileSync(reportFile, JSON.stringify(report));
  expect(summary(readOutcome(reportFile), ['install chromium'])).toBe(
    [
      'Not run:',
      '  test/browser/chat.spec.ts: 2 skipped, chromium is not installed',
      'To run them:',
      '  install chromium',
      '7 passed, 2 failed, 2 skipped',
      '',
    ].join('\n'),
  );
});

test('a run that left no report is a failure', () => {
  expect(readOutcome(path.join(folder, 'none.json'))).toMatchObject({ passed: 0, failed: 1 });
});
