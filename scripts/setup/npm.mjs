import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { run } from './run.mjs';

/** Runs npm with the Node that runs this script, without a shell in between. */
export function npm(args) {
  const cli = npmCli();
  return cli === null ? run('npm', args) : run(process.execPath, [cli, ...args]);
}

function npmCli() {
  const folder = path.dirname(process.execPath);
  const candidates = [
    // Set by npm itself, and by other package managers to something of their own.
    process.env.npm_execpath ?? '',
    path.join(folder, '../lib/node_modules/npm/bin/npm-cli.js'),
    path.join(folder, 'node_modules/npm/bin/npm-cli.js'),
  ];
  return candidates.find((it) => path.basename(it) === 'npm-cli.js' && existsSync(it)) ?? null;
}
