#!/usr/bin/env node
import process from 'node:process';
import { carillon } from './carillon.js';
import { EXIT } from './exit-code.js';
import { terminalOf } from './terminal/terminal.js';

const stop = new AbortController();
const interrupt = () => {
  // The second one means it.
  if (stop.signal.aborted) process.exit(EXIT.interrupted);
  stop.abort();
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// Whoever reads may have seen enough: `carillon tail chat:lobby | head`.
process.stdout.on('error', () => process.exit(EXIT.ok));

const isPlain = (process.env['NO_COLOR'] ?? '') !== '';
const terminal = terminalOf({ out: process.stdout, err: process.stderr }, isPlain);

process.exitCode = await carillon(process.argv.slice(2), {
  env: process.env,
  terminal,
  stop: stop.signal,
});
