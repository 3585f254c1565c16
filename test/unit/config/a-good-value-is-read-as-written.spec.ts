import { expect, test } from '@jest/globals';
import { configOf, secret, sha256 } from './config-of.js';

test.each([
  [{ PORT: '0' }, { port: 0 }],
  [{ PORT: '65535' }, { port: 65_535 }],
  [{ HOST: '::' }, { host: '::' }],
  [{ INSTANCE_ID: 'node-1.eu' }, { instanceId: 'node-1.eu' }],
  [{ METRICS_AUTH: 'true' }, { metricsAuth: true }],
  [{ MAX_CONNECTIONS_PER_USER: '5' }, { maxConnectionsPerUser: 5 }],
  [{ LAG_CONNECT_MS: '0', LAG_PUBLISH_MS: '0' }, { lag: { connectMs: 0, publishMs: 0 } }],
  [{ DEMO: 'false' }, { demo: false }],
  [{ TRANSPORTS: 'polling, websocket' }, { transports: ['polling', 'websocket'] }],
  [{ LOG_LEVEL: 'silent' }, { logLevel: 'silent' }],
  [{ OUTBOX_BYTES: '4096' }, { outboxBytes: 4096 }],
  [{ OUTBOX_TOTAL_BYTES: '9000000000' }, { outboxTotalBytes: 9_000_000_000 }],
  [
    { CORS_ORIGINS: 'https://a.example.com, http://localhost:5173,capacitor://localhost' },
    { corsOrigins: ['https://a.example.com', 'http://localhost:5173', 'capacitor://localhost'] },
  ],
  [
    { TRUST_PROXY: 'loopback,10.0.0.0/8,::1,fd00::/8' },
    { trustProxy: ['loopback', '10.0.0.0/8', '::1', 'fd00::/8'] },
  ],
  [{ AUTH_JWT_SECRET: `${secret},${secret} ` }, { auth: { secrets: [secret, `${secret} `] } }],
  [
    { ADMIN_API_KEYS: `a:${sha256.toUpperCase()}:messages.write+users.read, b:${sha256}:*` },
    {
      ephemeralAdminKey: null,
      adminKeys: [
        { name: 'a', sha256, scopes: ['messages.write', 'users.read'] },
        { name: 'b', sha256, scopes: ['*'] },
      ],
    },
  ],
  [
    {
      REDIS_URL: 'rediss://u:p%40ss@one:6379,rediss://two:6380',
      REDIS_MODE: 'sentinel',
      REDIS_SENTINEL_NAME: 'mymaster',
      REDIS_PREFIX: 'prod:eu',
    },
    {
      redis: {
        urls: ['rediss://u:p%40ss@one:6379', 'rediss://two:6380'],
        mode: 'sentinel',
        sentinelName: 'mymaster',
        prefix: 'prod:eu',
      },
    },
  ],
])('%j', (env, expected) => {
  expect(configOf(env)).toMatchObject(expected);
});
