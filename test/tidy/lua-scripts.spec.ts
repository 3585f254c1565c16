import { expect, test } from '@jest/globals';
import { filesLike, textOf } from './tracked-files.js';

const scripts = filesLike(/\.lua$/);

const good = `-- Takes tokens from a bucket.
--
-- KEYS[1] bucket    hash: tokens, atMs
-- ARGV[1] capacity  most tokens the bucket holds
--
-- Returns 1 if granted
local bucket, capacity = KEYS[1], tonumber(ARGV[1])
return 1
`;

test('scripts live in the lua folder of an adapter, under a snake_case name', () => {
  expect(scripts.length).toBeGreaterThan(0);
  const place = /\/redis\/(.*\/)?lua\/[a-z0-9_]+\.lua$/;
  expect(scripts.filter((script) => !place.test(script))).toEqual([]);
});

// Whoever calls a script reads its header alone, so it must tell all that goes in and comes out.
test('the header of every script says what it does, takes and returns', () => {
  const problems = scripts.flatMap((script) =>
    problemsOf(textOf(script)).map((problem) => `${script}: ${problem}`),
  );
  expect(problems).toEqual([]);
});

test.each([
  ['no problem in a good one', good, []],
  ['a missing first sentence', good.replace('-- Takes tokens from a bucket.\n', ''), ['purpose']],
  ['a missing result', good.replace('-- Returns', '-- Gives'), ['result']],
  ['an unnamed key', good.replace('return 1', 'return KEYS[2]'), ['KEYS']],
  ['a named argument that nothing uses', good.replace('ARGV[1])', '7)'), ['ARGV']],
  [
    'a list that is not named',
    good.replace('return 1', 'return #ARGV').replace(/-- ARGV.*\n/, ''),
    ['ARGV'],
  ],
])('finds %s', (_what, text, problems) => {
  expect(problemsOf(text)).toEqual(problems);
});

function problemsOf(text: string): string[] {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('--'));
  const header = lines.slice(0, end);
  const body = lines.slice(end).join('\n');
  return [
    ...(/^-- [A-Z]/.test(header[0] ?? '') ? [] : ['purpose']),
    ...(header.some((line) => line.startsWith('-- Returns ')) ? [] : ['result']),
    ...['KEYS', 'ARGV'].filter((kind) => !tellsAll(kind, header, body)),
  ];
}

/** Whether the header names what the body uses, and nothing else. */
function tellsAll(kind: string, header: string[], body: string): boolean {
  const entries = header.filter((line) => line.startsWith(`-- ${kind}`)).join('\n');
  // A script that walks through its list names the parts of one step: `-- KEYS, two for each id`.
  const isWalked = new RegExp(`${kind}\\[[^0-9\\]]|#${kind}|\\(${kind}\\)`).test(body);
  if (isWalked) return entries !== '';
  return indexesIn(body, kind) === indexesIn(entries, kind);
}

function indexesIn(text: string, kind: string): string {
  const found = [...text.matchAll(new RegExp(`${kind}\\[(\\d+)\\]`, 'g'))];
  return [...new Set(found.map((match) => match[1]))].sort().join();
}
