import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { Config } from './config.js';
import { readConfig } from './read-config.js';

/**
 * The configuration of this process; the only reader of its environment.
 *
 * @throws ConfigError whose problems are for the operator
 */
export function loadConfig(): Config {
  return readConfig(process.env, (path) => readFileSync(path, 'utf8'));
}
