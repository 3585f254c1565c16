import { describe, expect, test } from '@jest/globals';
import { problemsOf, production, secret, sha256 } from './config-of.js';

const NUMBERS = [
  'PORT',
  'MAX_PACKET_BYTES',
  'PING_INTERVAL_MS',
  'PING_TIMEOUT_MS',
  'OUTBOX_BYTES',
  'OUTBOX_TOTAL_BYTES',
  'MAX_CONNECTIONS',
  'MAX_CONNECTIONS_PER_USER',
  'LAG_CONNECT_MS',
  'LAG_PUBLISH_MS',
  'DRAIN_TIMEOUT_MS',
];
const NO_NUMBERS = [
  '0x10',
  ' 5 ',
  '1e3',
  '-1',
  '+1',
  '1.5',
  '007',
  '1_000',
  'NaN',
  'Infinity',
  ' ',
];

describe('numbers are plain digits within bounds', () => {
  test.each(NUMBERS.flatMap((name) => NO_NUMBERS.map((value) => [name, value] as const)))(
    '%s=%j',
    (name, value) => {
      expect(problemsOf({ [name]: value })).toEqual([
        expect.stringMatching(
          new RegExp(`^${name} is ${escaped(value)}: give a whole number from \\d+ to \\d+`),
        ),
      ]);
    },
  );

  test.each([
    ['PORT', '65536'],
    ['PING_INTERVAL_MS', '0'],
    ['PING_TIMEOUT_MS', '0'],
    ['OUTBOX_BYTES', '4095'],
    ['MAX_CONNECTIONS', '0'],
    ['MAX_CONNECTIONS_PER_USER', '0'],
    ['DRAIN_TIMEOUT_MS', '99999999999'],
  ])('%s=%s is out of bounds', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([
      expect.stringContaining(`${name} is "${value}": give a whole number from`),
    ]);
  });
});

describe('words are exact', () => {
  test.each([
    ['DEMO', 'yes', 'give true or false'],
    ['DEMO', '1', 'give true or false'],
    ['METRICS_AUTH', 'TRUE', 'give true or false'],
    ['NODE_ENV', 'prod', 'give one of production, development, test'],
    ['BROKER', 'kafka', 'give one of memory, redis'],
    ['REDIS_MODE', 'single', 'give one of standalone, sentinel, cluster'],
    ['LOG_LEVEL', 'verbose', 'give one of fatal,'],
    ['TRANSPORTS', 'webtransport', 'use websocket, polling'],
    ['TRANSPORTS', 'polling', 'keep websocket'],
    ['TRANSPORTS', 'websocket,websocket', 'twice'],
    ['HOST', 'http://here', 'without scheme'],
    ['INSTANCE_ID', 'a b', 'at most 64 letters'],
    ['INSTANCE_ID', 'a'.repeat(65), 'at most 64 letters'],
    ['REDIS_PREFIX', 'a{b}', 'at most 64 letters'],
  ])('%s=%s', (name, value, fix) => {
    expect(problemsOf({ [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name} is ${escaped(value)}: .*${escapeText(fix)}`)),
    ]);
  });
});

describe('CORS_ORIGINS takes exact origins', () => {
  test.each([
    '*',
    'https://*.example.com',
    'null',
    'example.com',
    'https://example.com/',
    'https://example.com/path',
    'https://Example.com',
    'https://example.com:443',
    'https://user@example.com',
    'ftp://example.com',
    'https://ok.example.com,,https://also.example.com',
    'https://ok.example.com,https://ok.example.com',
  ])('not %s', (value) => {
    expect(problemsOf({ CORS_ORIGINS: value })).toEqual([
      expect.stringMatching(/^CORS_ORIGINS is ".*": entry \d /),
    ]);
  });
});

describe('TRUST_PROXY takes addresses, ranges and named ranges', () => {
  test.each(['true', '1', '*', '10.0.0.0/0', '10.0.0.0/33', '::/0', '::1/129', 'a.example.com'])(
    'not %s',
    (value) => {
      expect(problemsOf({ TRUST_PROXY: value })).toEqual([
        expect.stringContaining('TRUST_PROXY is '),
      ]);
    },
  );
});

describe('addresses', () => {
  test.each(['ftp://id.example.com', 'id.example.com/jwks', 'https://u:p@id.example.com/jwks'])(
    'AUTH_JWKS_URL is not %s',
    (value) => {
      expect(problemsOf({ AUTH_JWKS_URL: value })).toEqual([
        expect.stringContaining('AUTH_JWKS_URL is '),
      ]);
    },
  );

  test.each([
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis://host/zero',
    'redis://h:99999',
  ])('REDIS_URL is not %s', (value) => {
    expect(problemsOf({ REDIS_URL: value })).toEqual([
      expect.stringContaining('REDIS_URL is (not shown): entry 1 is no Redis address'),
    ]);
  });
});

describe('secrets are refused without being quoted', () => {
  test.each([
    ['AUTH_JWT_SECRET', 'canary-short', 'entry 1 has 12 bytes: give at least 32'],
    ['AUTH_JWT_SECRET', `${secret},canary`, 'entry 2 has 6 bytes'],
    ['AUTH_JWT_SECRET', `canary-${secret},`, 'entry 2 has 0 bytes'],
    ['REDIS_URL', 'redis//user:canary@host', 'entry 1 is no Redis address'],
    ['ADMIN_API_KEYS', 'canary', 'entry 1 must be name:sha256hex:scope+scope'],
    ['ADMIN_API_KEYS', `canary:${sha256}`, 'entry 1 must be name:sha256hex:scope+scope'],
    ['ADMIN_API_KEYS', `ops:${sha256}:*:canary`, 'entry 1 must be name:sha256hex:scope+scope'],
    ['ADMIN_API_KEYS', 'ops:canary:*', 'entry 1 needs the SHA-256'],
    ['ADMIN_API_KEYS', `can ary:${sha256}:*`, 'entry 1 needs a name'],
    ['ADMIN_API_KEYS', `ops:${sha256}:canary`, 'entry 1 has a scope that does not exist'],
    ['ADMIN_API_KEYS', `ops:${sha256}:`, 'entry 1 has a scope that does not exist'],
    ['ADMIN_API_KEYS', `ops:${sha256}:*,ops:${sha256}:*`, 'entry 2 has the name of an earlier'],
  ])('%s=%s', (name, value, fix) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toEqual([expect.stringContaining(`${name} is (not shown): ${fix}`)]);
    expect(problems.join()).not.toMatch(/canary|abab/);
  });
});

describe('settings that contradict each other', () => {
  const one = 'redis://one:6379';
  const nodes = `${one},redis://two:6379`;
  test.each<[Record<string, string>, string]>([
    [{ BROKER: 'redis' }, 'REDIS_URL is not set, but BROKER is "redis"'],
    [{ REDIS_MODE: 'cluster' }, 'REDIS_URL is not set, but REDIS_MODE is "cluster"'],
    [{ REDIS_URL: nodes }, 'REDIS_URL names 2 servers, but REDIS_MODE is "standalone"'],
    [{ REDIS_URL: `${one},rediss://two`, REDIS_MODE: 'cluster' }, 'REDIS_URL mixes'],
    [{ REDIS_URL: `${one}/2`, REDIS_MODE: 'cluster' }, 'REDIS_URL names a database'],
    [{ REDIS_URL: nodes, REDIS_MODE: 'sentinel' }, 'REDIS_SENTINEL_NAME is not set'],
    [{ LAG_CONNECT_MS: '300', LAG_PUBLISH_MS: '200' }, 'LAG_PUBLISH_MS is 200, but LAG_CONNECT_MS'],
  ])('%j', (env, line) => {
    expect(problemsOf(env)).toEqual([expect.stringContaining(line)]);
  });

  test('replicas cannot be confirmed in a cluster, so no namespace may ask for them there', () => {
    const policy = { namespaces: { chat: { replicas: 1 }, news: {}, bank: { replicas: 2 } } };
    expect(problemsOf({ REDIS_URL: nodes, REDIS_MODE: 'cluster' }, policy)).toEqual([
      expect.stringContaining('namespaces.chat.replicas is 1, but REDIS_MODE is "cluster"'),
      expect.stringContaining('namespaces.bank.replicas is 2, but REDIS_MODE is "cluster"'),
    ]);
    const sentinel = { REDIS_MODE: 'sentinel', REDIS_SENTINEL_NAME: 'mymaster' };
    expect(problemsOf({ REDIS_URL: nodes, ...sentinel }, policy)).toEqual([]);
  });

  test('publishes may go on however late the loop runs', () => {
    expect(problemsOf({ LAG_CONNECT_MS: '300', LAG_PUBLISH_MS: '0' })).toEqual([]);
  });
});

describe('production', () => {
  test.each([
    ['BROKER', 'BROKER is not set and there is no REDIS_URL'],
    ['AUTH_JWT_SECRET', 'AUTH_JWT_SECRET and AUTH_JWKS_URL are not set'],
    ['ADMIN_API_KEYS', 'ADMIN_API_KEYS is not set'],
  ])('is refused without %s', (name, line) => {
    expect(problemsOf({ ...production, [name]: '' })).toEqual([expect.stringContaining(line)]);
  });

  test.each([
    'http://id.example.com/jwks',
    'http://10.0.0.5/jwks',
    'http://127.0.0.1.example.com/jwks',
    'http://localhost.example.com/jwks',
  ])('does not fetch keys in the clear from %s', (AUTH_JWKS_URL) => {
    expect(problemsOf({ ...production, AUTH_JWKS_URL })).toEqual([
      expect.stringContaining('AUTH_JWKS_URL begins with http://'),
    ]);
    expect(problemsOf({ AUTH_JWKS_URL })).toEqual([]);
  });

  test.each(['http://localhost:8080/jwks', 'http://127.0.0.2/jwks', 'http://[::1]:8080/jwks'])(
    'may fetch keys from this machine: %s',
    (AUTH_JWKS_URL) => {
      expect(problemsOf({ ...production, AUTH_JWKS_URL })).toEqual([]);
    },
  );

  test('starts with what it needs, and with a key set instead of a secret', () => {
    expect(problemsOf(production)).toEqual([]);
    const AUTH_JWKS_URL = 'https://id.example.com/jwks';
    expect(problemsOf({ ...production, AUTH_JWT_SECRET: '', AUTH_JWKS_URL })).toEqual([]);
  });
});

test('every problem is told at once, each on one line, and none twice', () => {
  const problems = problemsOf(
    { NODE_ENV: 'production', PORT: 'x', REDIS_URL: 'nowhere', BROKER: 'redis', DEMO: 'maybe' },
    { namespaces: { chat: { publish: 'nobody' } } },
  );
  expect(problems).toEqual([
    expect.stringMatching(/^PORT is "x"/),
    expect.stringMatching(/^REDIS_URL is \(not shown\)/),
    expect.stringMatching(/^DEMO is "maybe"/),
    expect.stringMatching(/^AUTH_JWT_SECRET and AUTH_JWKS_URL are not set/),
    expect.stringMatching(/^ADMIN_API_KEYS is not set/),
    expect.stringMatching(/^CARILLON_CONFIG: namespaces.chat.publish is "nobody"/),
  ]);
  expect(problems.filter((line) => line.includes('\n'))).toEqual([]);
});

function escapeText(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function escaped(value: string): string {
  return escapeText(JSON.stringify(value));
}
