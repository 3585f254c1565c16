// npm run build: everything that changed since it was built last; `--force` builds it all.
import './setup/check-node.mjs';
import process from 'node:process';
import { build } from './setup/build.mjs';
import { main } from './setup/run.mjs';

await main(() => build(undefined, { force: process.argv.includes('--force') }));
