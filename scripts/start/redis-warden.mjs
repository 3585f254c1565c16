// Runs a Redis in a folder of its own, and sees to it that it never outlives the script that wanted it:
// node redis-warden.mjs <redis-server> <arguments>
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { leash } from '../setup/leash.mjs';

const [program, ...args] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), 'carillon-redis-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const redis = spawn(program, [...args, '--dir', folder], {
  stdio: ['ignore', 'inherit', 'inherit'],
});

process.on('SIGTERM', () => redis.kill('SIGTERM'));
redis.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
redis.once('exit', (code) => process.exit(code ?? 1));
leash();
