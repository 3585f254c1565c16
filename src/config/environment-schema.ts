import { z } from 'zod';
import { listenHost, origins, proxies, redisUrls, webUrl } from './network-values.js';
import { PACKET_BYTES_MAX } from './packet-room.js';
import { adminKeys, jwtSecrets } from './secret-values.js';
import { listOf, matching, oneOf, trueOrFalse, wholeNumber } from './text-values.js';

/** What the documents say about one variable. */
export interface About {
  /** The value when it is not set, or words for one that depends on others. */
  readonly default: string;
  /** False where `default` is a description, not a value. */
  readonly isLiteral: boolean;
  readonly meaning: string;
  /** Its value is never printed. */
  readonly isSecret: boolean;
}

const about = new WeakMap<z.ZodType, About>();

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MEBIBYTE = 1_048_576;

/**
 * Every environment variable: how it is written, what it means, what it is when unset. Validation,
 * `.env.example` and the table of the README are all made from this one value.
 */
export const environmentSchema = z.object({
  NODE_ENV: withDefault(
    oneOf(['production', 'development', 'test']),
    'development',
    'production refuses unsafe defaults: it needs ADMIN_API_KEYS, and AUTH_JWT_SECRET or AUTH_JWKS_URL',
  ),
  PORT: withDefault(
    wholeNumber(0, 65_535),
    '3000',
    'HTTP and Socket.IO port; 0 picks a free one and the log names it',
  ),
  HOST: withDefault(listenHost, '0.0.0.0', 'HTTP and Socket.IO listen address'),
  INSTANCE_ID: otherwise(
    matching(
      /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
      'give at most 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit',
    ),
    'generated',
    'unique name of this instance',
  ),
  BROKER: otherwise(
    oneOf(['memory', 'redis']),
    'redis when REDIS_URL is set, else memory',
    'what keeps and carries messages; memory is for one instance, and in production must be asked for by name',
  ),
  REDIS_URL: secret(
    redisUrls,
    'redis:// or rediss:// address of Redis 7.0 or newer; several comma-separated for sentinel or cluster',
  ),
  REDIS_MODE: withDefault(
    oneOf(['standalone', 'sentinel', 'cluster']),
    'standalone',
    'standalone, sentinel (with REDIS_SENTINEL_NAME) or cluster',
  ),
  REDIS_SENTINEL_NAME: otherwise(
    matching(/^[A-Za-z0-9_.-]{1,128}$/, 'give the name of the master as the sentinels know it'),
    'none',
    'name of the master that the sentinels watch',
  ),
  REDIS_PREFIX: withDefault(
    matching(
      /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/,
      'give at most 64 letters, digits, or any of _ . : -, beginning with a letter or digit',
    ),
    'carillon',
    'first part of every key and bus channel',
  ),
  AUTH_JWT_SECRET: secret(
    jwtSecrets,
    'HS256 secret of at least 32 bytes; several comma-separated while rotating, the first one signs',
  ),
  AUTH_JWKS_URL: otherwise(
    webUrl,
    'none',
    'key set of an identity provider: its RS, PS, ES and EdDSA tokens are accepted',
  ),
  AUTH_ISSUER: otherwise(z.string(), 'none', '`iss` that every token must have'),
  AUTH_AUDIENCE: otherwise(z.string(), 'none', '`aud` that every token must have'),
  ADMIN_API_KEYS: secret(
    adminKeys,
    'comma-separated name:sha256hex:scope+scope, by the SHA-256 of each key; * is every scope',
  ),
  CORS_ORIGINS: otherwise(
    origins,
    'none',
    'comma-separated origins that a browser may connect from; same origin is always allowed',
  ),
  TRUST_PROXY: otherwise(
    proxies,
    'none',
    'comma-separated addresses, CIDR ranges or loopback, linklocal, uniquelocal: proxies whose forwarded addresses are believed',
  ),
  CARILLON_CONFIG: otherwise(z.string(), 'none', 'path of the policy file (JSON)'),
  TRANSPORTS: withDefault(
    listOf((name) =>
      name === 'websocket' || name === 'polling' ? null : 'is unknown: use websocket, polling',
    )
      .refine((names) => names.includes('websocket'), 'keep websocket in the list')
      .transform((names) => names.map((name) => (name === 'polling' ? name : 'websocket'))),
    'websocket',
    'websocket, or websocket,polling; polling needs sticky sessions',
  ),
  MAX_PACKET_BYTES: withDefault(
    wholeNumber(1024, PACKET_BYTES_MAX),
    '1048576',
    'a larger packet closes its connection; where it is not set it grows until the longest maxMessageBytes of a namespace that sockets publish to has room',
  ),
  PING_INTERVAL_MS: withDefault(wholeNumber(1, HOUR_MS), '6000', 'time between heartbeats'),
  PING_TIMEOUT_MS: withDefault(
    wholeNumber(1, HOUR_MS),
    '4000',
    'wait for the answer; a dead peer is freed within the sum of both',
  ),
  OUTBOX_BYTES: withDefault(
    wholeNumber(4096, 1024 * MEBIBYTE),
    '131072',
    'what may wait for one connection; shrinks as OUTBOX_TOTAL_BYTES fills',
  ),
  OUTBOX_TOTAL_BYTES: otherwise(
    wholeNumber(1024, Number.MAX_SAFE_INTEGER),
    'a quarter of the heap limit',
    'what may wait for all connections of this instance',
  ),
  JOIN_WINDOW_MS: withDefault(
    wholeNumber(0, 1000),
    '5',
    'a connection that was just written to, and a channel that was just published to, wait so long for more, and on a busy instance who publishes without pause is read once in so long (10 at most) and a half, so that a hot stream is joined; 0 turns it off',
  ),
  MAX_CONNECTIONS: withDefault(
    wholeNumber(1, 1_000_000),
    '15000',
    'connections of this instance; one that has not authenticated in 5 s is closed',
  ),
  MAX_CONNECTIONS_PER_USER: otherwise(
    wholeNumber(1, 1_000_000),
    'no limit',
    'connections of one user to this instance; one more is told too_many_connections and closed',
  ),
  LAG_CONNECT_MS: withDefault(
    wholeNumber(0, MINUTE_MS),
    '500',
    'while the event loop runs later than this, new connections are refused as overloaded; 0 never refuses',
  ),
  LAG_PUBLISH_MS: withDefault(
    wholeNumber(0, MINUTE_MS),
    '1000',
    'while the event loop runs later than this, publishes that are not critical are refused as overloaded too; 0 never refuses',
  ),
  DEMO: otherwise(
    trueOrFalse,
    'true unless NODE_ENV=production',
    'serves the chat room at / and POST /demo/session',
  ),
  DRAIN_TIMEOUT_MS: withDefault(wholeNumber(1, HOUR_MS), '10000', 'bound on a graceful stop'),
  LOG_LEVEL: withDefault(
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'info',
    'fatal, error, warn, info, debug, trace or silent; JSON lines in production, readable otherwise',
  ),
  METRICS_AUTH: withDefault(
    trueOrFalse,
    'false',
    'true: GET /metrics needs a key or token with the scope metrics.read',
  ),
});

export type Environment = z.output<typeof environmentSchema>;

/** The words of every variable, in the order of the documents. */
export function describeEnvironment(): readonly (About & { readonly name: string })[] {
  return Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const words = about.get(schema);
    if (words === undefined) throw new Error(`${name} is not described`);
    return { name, ...words };
  });
}

function withDefault<S extends z.ZodType<unknown, string>>(
  schema: S,
  value: string,
  meaning: string,
) {
  // The default is written as an operator would write it, and parsed the same way.
  const described = z.prefault(schema, value as z.input<S>);
  about.set(described, { default: value, isLiteral: true, meaning, isSecret: false });
  return described;
}

function otherwise<S extends z.ZodType<unknown, string>>(
  schema: S,
  words: string,
  meaning: string,
  isSecret = false,
) {
  const described = z.optional(schema);
  about.set(described, { default: words, isLiteral: false, meaning, isSecret });
  return described;
}

function secret<S extends z.ZodType<unknown, string>>(schema: S, meaning: string) {
  return otherwise(schema, 'none', meaning, true);
}
