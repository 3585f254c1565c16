import { describe, expect, test } from '@jest/globals';
import { verdictOn } from '../../../src/redis/server-facts.js';

const info = (version: string, policy: string) =>
  `# Server\r\nredis_version:${version}\r\nos:Linux\r\n\r\n# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:${policy}\r\n`;

describe('the version', () => {
  test.each(['6.2.14', '5.0.7', '2.8.0'])('%s is too old', (version) => {
    expect(verdictOn(info(version, 'noeviction')).problem).toBe(
      `Redis ${version} is too old: use 7.0 or newer.`,
    );
  });

  test.each(['7.0.0', '7.4.2', '8.0.1', '255.255.255', '10.0.0'])('%s will do', (version) => {
    expect(verdictOn(info(version, 'noeviction'))).toEqual({ problem: null, warning: null });
  });
});

test.each(['allkeys-lru', 'volatile-ttl', 'allkeys-random'])(
  'with %s acknowledged messages may be thrown away',
  (policy) => {
    const { problem, warning } = verdictOn(info('7.0.15', policy));
    expect(problem).toBeNull();
    expect(warning).toMatch(new RegExp(`maxmemory-policy ${policy}.*set noeviction`));
  },
);

test('what is not told is not held against it', () => {
  expect(verdictOn('')).toEqual({ problem: null, warning: null });
  expect(verdictOn('redis_version:unknown\r\n')).toEqual({ problem: null, warning: null });
});
