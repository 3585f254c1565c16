// Rewrites the tables of docs/performance.md from the last run of all scenarios in bench/results/.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { newestDay, withTables } from './performance/tables.mjs';

const page = new URL('../docs/performance.md', import.meta.url);
const results = fileURLToPath(new URL('../bench/results/', import.meta.url));
writeFileSync(page, withTables(readFileSync(page, 'utf8'), results, newestDay(results)));
