import type { Config } from '../../../src/config/config.js';
import { ConfigError } from '../../../src/config/config-error.js';
import { readConfig } from '../../../src/config/read-config.js';

export const secret = 'a-secret-for-tests-of-at-least-32-bytes';
export const sha256 = 'ab'.repeat(32);

/** The least that production needs. */
export const production = {
  NODE_ENV: 'production',
  BROKER: 'memory',
  AUTH_JWT_SECRET: secret,
  ADMIN_API_KEYS: `ops:${sha256}:*`,
};

const surroundings = {
  randomHex: (bytes: number) => 'f'.repeat(bytes * 2),
  heapLimitBytes: () => 1001,
};

/** The configuration of an environment and, where given, of a policy file. */
export function configOf(env: Readonly<Record<string, string>> = {}, policy?: unknown): Config {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  const file = policy === undefined ? {} : { CARILLON_CONFIG: 'policy.json' };
  return readConfig({ ...env, ...file }, () => text, surroundings);
}

/** What the operator is told; empty when the start is not refused. */
export function problemsOf(
  env: Readonly<Record<string, string>> = {},
  policy?: unknown,
): readonly string[] {
  try {
    configOf(env, policy);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
