import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup/root.mjs';

/**
 * Reads jest's report. A file that could not even be loaded counts as one failure, and so does a
 * run that left no report: a count that ends in `0 failed` always means that everything ran.
 */
export function readOutcome(reportFile) {
  if (!existsSync(reportFile)) return { passed: 0, failed: 1, skipped: 0, skippedFiles: [] };
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
    skippedFiles: report.testResults.flatMap(skippedIn),
  };
}

/** Groups that could not run say why in their title: `… [skipped: reason]`. */
function skippedIn({ name, assertionResults }) {
  const byReason = new Map();
  for (const { status, ancestorTitles } of assertionResults) {
    if (status !== 'pending' && status !== 'todo') continue;
    const reason = /\[skipped: (.*)\]/.exec(ancestorTitles.join(' '))?.[1] ?? 'marked as skipped';
    byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
  }
  const file = path.relative(root, name);
  return [...byReason].map(([reason, count]) => ({ file, reason, count }));
}

/** The last lines of a run; the very last one is what CI reads. */
export function summary({ passed, failed, skipped, skippedFiles }, advice) {
  const explained = skippedFiles.map(
    ({ file, reason, count }) => `  ${file}: ${count} skipped, ${reason}`,
  );
  return [
    ...(explained.length > 0 ? ['Not run:', ...explained] : []),
    ...(skipped > 0 && advice.length > 0
      ? ['To run them:', ...advice.map((line) => `  ${line}`)]
      : []),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
    '',
  ].join('\n');
}
