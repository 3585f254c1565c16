import { expect, test } from '@jest/globals';
import { filesLike, textOf, trackedFiles } from './tracked-files.js';

const linesMax = 300;
const specLinesMax = 400;

const sources = filesLike(/^(src|client\/[^/]+\/src)\/.*\.(ts|tsx|css|lua)$/);
const specs = filesLike(/^(test|client\/[^/]+\/test)\/.*\.tsx?$/);
const server = filesLike(/^src\/.*\.(ts|lua)$/);

test('there is something to look at', () => {
  // A pattern that matches nothing would make every test below pass.
  expect(Math.min(sources.length, specs.length, server.length)).toBeGreaterThan(10);
});

test(`no source file is longer than ${linesMax} lines`, () => {
  expect(sources.filter((file) => linesOf(file) > linesMax)).toEqual([]);
});

test(`no test file is longer than ${specLinesMax} lines`, () => {
  expect(specs.filter((file) => linesOf(file) > specLinesMax)).toEqual([]);
});

test('files and folders are named for what they do, in kebab-case', () => {
  const banned = /(^|\/)(utils?|helpers?|common|misc|shared|types|lib)(\/|\.tsx?$)/;
  const name = /^[a-z0-9.-]+$/;
  const code = filesLike(/^(src|client|test|bench|scripts)\/.*\.(ts|tsx|mjs|css)$/);
  expect(code.filter((file) => banned.test(file))).toEqual([]);
  expect(code.filter((file) => !file.split('/').every((part) => name.test(part)))).toEqual([]);
});

test('only the entry of a published package is called index', () => {
  const entries = filesLike(/(^|\/)index\.(ts|tsx|js|mjs)$/);
  expect(entries.filter((file) => !/^client\/[^/]+\/src\/index\.ts$/.test(file))).toEqual([]);
});

test('the environment is read in one place', () => {
  const readers = server.filter((file) => /process\.env|process\['env'\]/.test(textOf(file)));
  expect(readers.filter((file) => !file.startsWith('src/config/'))).toEqual([]);
});

test('only adapters, the configuration and modules know which store there is', () => {
  const may = /\/redis\/|^src\/config\/|\.module\.ts$|^src\/main\.ts$/;
  const knowing = server.filter((file) => /redis/i.test(textOf(file)));
  expect(knowing.filter((file) => !may.test(file))).toEqual([]);
});

test('nobody silences the compiler', () => {
  // A reason may follow; a bare switch-off may not.
  const silenced =
    /@ts-(ignore|nocheck)|@ts-expect-error\s*$|(ox|es)lint-disable(?!-(next-)?line \S+ -- )/m;
  const code = trackedFiles().filter((file) => /\.(ts|tsx|mjs)$/.test(file));
  expect(
    code.filter((file) => !file.startsWith('test/tidy/') && silenced.test(textOf(file))),
  ).toEqual([]);
});

function linesOf(file: string): number {
  return textOf(file).split('\n').length - 1;
}
