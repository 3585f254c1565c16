import { expect, test } from '@jest/globals';
import { isBinary, textOf, trackedFiles } from './tracked-files.js';

const texts = trackedFiles().filter((file) => !isBinary(file));

test('no file names a path of the machine it was written on', () => {
  const machinePath = /(?<![\w.$}*-])\/(?:work|root|home\/(?!node\b)[a-z]+|Users\/[a-z]+)\//i;
  expect(linesLike(machinePath)).toEqual([]);
});

test('no file names a package registry', () => {
  // Which registry is used is the business of whoever installs.
  const registry = /registry\.(?:npmjs|yarnpkg)|deb\.debian\.org|npmmirror|artifactory/i;
  expect(linesLike(registry)).toEqual([]);
});

test('no file holds a key', () => {
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b/;
  expect(linesLike(key)).toEqual([]);
});

function linesLike(pattern: RegExp): string[] {
  return texts
    .filter((file) => !file.startsWith('test/tidy/'))
    .flatMap((file) =>
      textOf(file)
        .split('\n')
        .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
    );
}
