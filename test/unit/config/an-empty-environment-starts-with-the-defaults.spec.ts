import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { configOf, production, secret, sha256 } from './config-of.js';

const chat = {
  subscribe: 'anyone',
  publish: 'anyone',
  presence: true,
  history: { size: 1000, ttlSeconds: 86_400, maxBytes: 4_194_304 },
  dedupSeconds: 600,
  priority: 'normal',
  maxPriority: 'high',
  maxMessageBytes: 65_536,
  rate: { perSecond: 50, burst: 100 },
  userRate: null,
  totalRate: null,
  replicas: 0,
};

describe('defaults', () => {
  test('are those of the contract', () => {
    expect(configOf()).toEqual({
      environment: 'development',
      port: 3000,
      host: '0.0.0.0',
      instanceId: 'f'.repeat(12),
      broker: 'memory',
      redis: { urls: [], mode: 'standalone', sentinelName: null, prefix: 'carillon' },
      auth: {
        secrets: ['f'.repeat(64)],
        jwksUrl: null,
        issuer: null,
        audience: null,
        requireExpiry: false,
      },
      adminKeys: [
        {
          name: 'ephemeral',
          sha256: createHash('sha256').update('f'.repeat(64)).digest('hex'),
          scopes: ['*'],
        },
      ],
      ephemeralAdminKey: 'f'.repeat(64),
      corsOrigins: [],
      trustProxy: [],
      maxPacketBytes: 1_048_576,
      pingIntervalMs: 6000,
      pingTimeoutMs: 4000,
      outboxBytes: 131_072,
      outboxTotalBytes: 250,
      joinWindowMs: 5,
      maxConnections: 15_000,
      maxConnectionsPerUser: null,
      lag: { connectMs: 500, publishMs: 1000 },
      transports: ['websocket'],
      demo: true,
      drainTimeoutMs: 10_000,
      logLevel: 'info',
      metricsAuth: false,
      policy: {
        namespaces: {
          $everyone: { ...chat, history: { ...chat.history, size: 100 } },
          $user: { ...chat, history: { ...chat.history, size: 100 } },
          $tag: { ...chat, history: { ...chat.history, size: 100 } },
        },
        fallback: chat,
      },
    });
  });

  test('an empty variable counts as unset', () => {
    const empty = Object.fromEntries(
      ['PORT', 'REDIS_URL', 'BROKER', 'DEMO', 'CARILLON_CONFIG', 'AUTH_JWT_SECRET'].map((name) => [
        name,
        '',
      ]),
    );
    expect(configOf(empty)).toEqual(configOf());
  });

  test('production is stricter: no demo, no fallback, no ephemeral key, tokens must expire', () => {
    const config = configOf(production);
    expect(config).toMatchObject({
      environment: 'production',
      demo: false,
      ephemeralAdminKey: null,
      adminKeys: [{ name: 'ops', sha256, scopes: ['*'] }],
      auth: { secrets: [secret], requireExpiry: true },
      policy: { fallback: null },
    });
  });

  test('the broker is redis when there is a REDIS_URL, unless memory is asked for by name', () => {
    const REDIS_URL = 'redis://localhost:6379';
    expect(configOf({ REDIS_URL }).broker).toBe('redis');
    expect(configOf({ REDIS_URL, BROKER: 'memory' }).broker).toBe('memory');
  });

  test('a key set alone leaves no secret: only the identity provider makes tokens', () => {
    const { auth } = configOf({ AUTH_JWKS_URL: 'https://id.example.com/jwks' });
    expect(auth).toMatchObject({ secrets: [], jwksUrl: 'https://id.example.com/jwks' });
  });

  test('the demo can be asked for in production', () => {
    expect(configOf({ ...production, DEMO: 'true' }).demo).toBe(true);
  });

  test('the configuration is frozen to its leaves', () => {
    const config = configOf({}, { namespaces: { chat: {} } });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.auth.secrets)).toBe(true);
    expect(Object.isFrozen(config.policy.namespaces['chat']?.rate)).toBe(true);
  });

  test('what is not ours in the environment is ignored', () => {
    expect(configOf({ PATH: '/bin', CARILLON_TEST_REDIS_SERVER: 'x', PORTS: '?' })).toEqual(
      configOf(),
    );
  });
});
