import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  renderConfigTable,
  renderEnvExample,
  withConfigTable,
} from '../../../src/config/environment-documents.js';
import { environmentSchema } from '../../../src/config/environment-schema.js';
import { configOf } from './config-of.js';

const root = new URL('../../../', import.meta.url);

describe('.env.example', () => {
  test('is what the schema says (else: npm run build, node scripts/env-example.mjs)', () => {
    expect(readFileSync(new URL('.env.example', root), 'utf8')).toBe(renderEnvExample());
  });

  test('states defaults that change nothing when they are set', () => {
    const settings = [...renderEnvExample().matchAll(/^#([A-Z_]+)=(.*)$/gm)];
    const env = Object.fromEntries(settings.map(([, name = '', value = '']) => [name, value]));
    expect(Object.keys(env)).toEqual(Object.keys(environmentSchema.shape));
    expect(configOf(env)).toEqual(configOf());
  });
});

describe('the table of the README', () => {
  test('is what the schema says (else: npm run build, node scripts/config-table.mjs)', () => {
    const readme = new URL('README.md', root);
    const page = existsSync(readme) ? readFileSync(readme, 'utf8') : '';
    expect(page).toBe(withConfigTable(page));
  });

  test('replaces what stands between the markers, and can be made again', () => {
    const page = 'a\n<!-- config:begin -->\nold\n<!-- config:end -->\nb\n';
    const once = withConfigTable(page);
    expect(once).toBe(
      `a\n<!-- config:begin -->\n\n${renderConfigTable()}\n\n<!-- config:end -->\nb\n`,
    );
    expect(withConfigTable(once)).toBe(once);
  });

  test('leaves a page without markers alone', () => {
    expect(withConfigTable('# Title\n')).toBe('# Title\n');
  });

  test('has one row for each variable', () => {
    const rows = renderConfigTable().split('\n').slice(2);
    expect(rows.map((row) => /^\| `([A-Z_]+)` \|/.exec(row)?.[1])).toEqual(
      Object.keys(environmentSchema.shape),
    );
  });
});
