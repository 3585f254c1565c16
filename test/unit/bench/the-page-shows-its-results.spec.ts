import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../../..');
const results = path.join(root, 'bench/results');

interface Tables {
  shownDay(page: string): string;
  withTables(page: string, folder: string, day: string): string;
}

const { shownDay, withTables } = (await import(
  path.join(root, 'scripts/performance/tables.mjs')
)) as Tables;

test('its tables are what the results of its day give (else: npm run docs:performance)', () => {
  const page = readFileSync(path.join(root, 'docs/performance.md'), 'utf8');
  expect(page).toBe(withTables(page, results, shownDay(page)));
});

test('what stood between the markers is replaced', () => {
  const page = readFileSync(path.join(root, 'docs/performance.md'), 'utf8');
  const edited = page.replace('| spaced', '| spacious').replace('## Results', '## Figures');
  const again = withTables(edited, results, shownDay(edited));
  expect(again).toBe(page.replace('## Results', '## Figures'));
});

test('a page that shows no results is refused', () => {
  expect(() => shownDay('# Performance')).toThrow('where its results begin');
});
