// Rewrites the configuration table of README.md from the schema. Needs a build: it reads dist/.
import { readFileSync, writeFileSync } from 'node:fs';
import { withConfigTable } from '../dist/config/environment-documents.js';

const readme = new URL('../README.md', import.meta.url);
writeFileSync(readme, withConfigTable(readFileSync(readme, 'utf8')));
