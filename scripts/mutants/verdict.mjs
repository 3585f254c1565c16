/** How the tests of this project say that something does not hold; whatever else is thrown says nothing. */
const CLAIMS = [
  // A matcher, and `expect.assertions`.
  /expect(\(|\.)/,
  // `eventually` and `within`.
  /\bnot within \d+ ms: /,
  // The verdict of the fault suite: invariants that were violated, not an injection that did not bite.
  /^Error: F\d+\w* \(.*: \d+ in all$/m,
];

/** What a program says that does not even run. */
const BROKEN = /^(SyntaxError|ReferenceError|TypeError)\b/;

/**
 * Reads jest's report of one check.
 *
 * `not run`: the machine lacks what the test needs, which its title says.
 * `caught`: a test of that name ran and made a claim that did not hold. `survived`: all of them passed.
 * `invalid`: it ended in any other way (it could not be loaded, nothing of the name ran, it took too
 * long, something was thrown that is no claim), and proves nothing.
 */
export function verdictOf(report, check) {
  if (report === null) return { verdict: 'invalid', why: 'jest left no report' };
  const named = namedTests(report, check);
  const tests = named.filter(({ status }) => status !== 'pending');
  if (tests.length === 0) {
    const skipped = named.find(({ fullName }) => fullName.includes('[skipped: '));
    return skipped === undefined
      ? { verdict: 'invalid', why: unloaded(report) ?? 'no test of that name ran' }
      : { verdict: 'not run', why: skipped.fullName };
  }
  const failed = tests.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return { verdict: 'survived', why: `${tests.length} passed` };
  const messages = failed.flatMap(({ failureMessages }) => failureMessages.map(plain));
  const claim = messages.find((text) => !BROKEN.test(text) && CLAIMS.some((it) => it.test(text)));
  return claim === undefined
    ? { verdict: 'invalid', why: firstLines(messages[0] ?? 'it failed without a word') }
    : { verdict: 'caught', why: firstLines(claim) };
}

/** The tests that a check names, those included that did not run. */
function namedTests(report, { spec, test }) {
  return report.testResults
    .filter(({ name }) => name.endsWith(`/${spec}`))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName }) => fullName.includes(test));
}

function unloaded({ testResults }) {
  const file = testResults.find(({ assertionResults }) => assertionResults.length === 0);
  return file === undefined ? null : `it could not be loaded: ${firstLines(plain(file.message))}`;
}

function plain(text) {
  // oxlint-disable-next-line no-control-regex -- colours are control characters
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}

function firstLines(text) {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 6)
    .join(' ')
    .slice(0, 400);
}
