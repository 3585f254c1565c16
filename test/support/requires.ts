import { describe, test } from '@jest/globals';
import process from 'node:process';
import { findOnPath } from './find-on-path.js';

/** Full path of the redis-server that tests start, or null where there is none. */
export const redisServerPath = programFor('CARILLON_TEST_REDIS_SERVER', ['redis-server']);

/** Full path of the browser that tests drive, or null where there is none. */
export const chromiumPath = programFor('CARILLON_TEST_CHROMIUM', [
  'chromium',
  'chromium-browser',
  'google-chrome',
]);

/**
 * A `describe` whose tests need a Redis. Without redis-server the group is skipped and its title
 * tells why, which `npm test` repeats in its last lines; with CI=true the group fails instead.
 */
export function describeWithRedis(title: string, tests: () => void): void {
  describeWith(redisServerPath, 'redis-server is not installed', title, tests);
}

/** A `describe` whose tests need a browser; skipped, or failed, as {@link describeWithRedis}. */
export function describeWithChromium(title: string, tests: () => void): void {
  describeWith(chromiumPath, 'chromium is not installed', title, tests);
}

/** A test that this machine cannot run, skipped by its name with the reason. */
export function testNotRun(title: string, reason: string): void {
  describe.skip(`${title} [skipped: ${reason}]`, () => {
    test('is run', () => undefined);
  });
}

function describeWith(found: string | null, reason: string, title: string, tests: () => void) {
  if (found !== null) {
    describe(title, tests);
  } else if (process.env['CI'] === 'true') {
    describe(title, () => {
      test('has what it needs', () => {
        throw new Error(`${reason}, and with CI=true nothing may be skipped`);
      });
    });
  } else {
    describe.skip(`${title} [skipped: ${reason}]`, tests);
  }
}

/** What `npm test` found, which is nothing where it says ''; the PATH decides where jest was run by hand. */
function programFor(variable: string, names: readonly string[]): string | null {
  const found = process.env[variable] ?? findOnPath(names);
  return found === '' ? null : found;
}
