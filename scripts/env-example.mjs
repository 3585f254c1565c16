// Writes .env.example from the schema. Needs a build: it reads dist/.
import { writeFileSync } from 'node:fs';
import { renderEnvExample } from '../dist/config/environment-documents.js';

writeFileSync(new URL('../.env.example', import.meta.url), renderEnvExample());
