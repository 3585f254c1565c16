import { createHash, randomBytes } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { ConfigError } from './config-error.js';
import type { AuthConfig, Config } from './config.js';
import { crossChecks } from './cross-checks.js';
import { describeEnvironment, type Environment, environmentSchema } from './environment-schema.js';
import { dataRoom, packetForAll } from './packet-room.js';
import { policyChecks } from './policy-checks.js';
import { type PolicyReading, readPolicy } from './read-policy.js';
import { EVERY_SCOPE } from '../protocol/scopes.js';

/** What the defaults are made of, so that a test can hold it. */
export interface Surroundings {
  randomHex(bytes: number): string;
  heapLimitBytes(): number;
}

const machine: Surroundings = {
  randomHex: (bytes) => randomBytes(bytes).toString('hex'),
  heapLimitBytes: () => getHeapStatistics().heap_size_limit,
};

/**
 * The checked and frozen configuration. An empty variable counts as unset; variables that are not
 * ours are ignored, because the environment is shared.
 *
 * @param readFile returns the text of the policy file, or throws
 * @throws ConfigError with every problem there is, not only the first
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
  surroundings: Surroundings = machine,
): Config {
  const { values, named, bad, problems } = readEnvironment(env);
  const reading = readPolicyFile(values, readFile);
  const { policy } = reading;
  const fitting = named.has('MAX_PACKET_BYTES') ? values : withRoom(values, policy);
  problems.push(...reading.problems, ...policyChecks(fitting, bad, policy));
  if (problems.length > 0) throw new ConfigError(problems);
  return frozen(configOf(fitting, policy, surroundings));
}

/** With packets that have room for what the policy allows. */
function withRoom(values: Environment, policy: Config['policy']): Environment {
  const { MAX_PACKET_BYTES, TRANSPORTS } = values;
  const bytes = packetForAll(policy, MAX_PACKET_BYTES, TRANSPORTS.includes('polling'));
  return { ...values, MAX_PACKET_BYTES: bytes };
}

function readEnvironment(env: Readonly<Record<string, string | undefined>>): {
  values: Environment;
  /** The variables that are set. */
  named: ReadonlySet<string>;
  bad: ReadonlySet<string>;
  problems: string[];
} {
  const variables = describeEnvironment();
  const given = new Map<string, string>();
  for (const { name } of variables) {
    const value = env[name];
    if (value !== undefined && value !== '') given.set(name, value);
  }
  const parsed = environmentSchema.safeParse(Object.fromEntries(given));
  const issues = parsed.success ? [] : parsed.error.issues;
  const problems = issues.map(({ path, message }) => {
    const name = String(path[0]);
    const isSecret = variables.some((variable) => variable.name === name && variable.isSecret);
    return `${name} is ${isSecret ? '(not shown)' : JSON.stringify(given.get(name))}: ${message}`;
  });
  // Without the refused ones the rest can still be checked together, so that one start tells all.
  const bad = new Set(issues.map(({ path }) => String(path[0])));
  const values = environmentSchema.parse(
    Object.fromEntries([...given].filter(([name]) => !bad.has(name))),
  );
  const named = new Set(given.keys());
  return { values, named, bad, problems: [...problems, ...crossChecks(values, bad)] };
}

function readPolicyFile(values: Environment, readFile: (path: string) => string): PolicyReading {
  const place = {
    isProduction: values.NODE_ENV === 'production',
    room: dataRoom(values.MAX_PACKET_BYTES, values.TRANSPORTS.includes('polling')),
  };
  const path = values.CARILLON_CONFIG;
  if (path === undefined) return readPolicy(null, place);
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    const why = typeof code === 'string' ? ` (${code})` : '';
    const line = `CARILLON_CONFIG is ${JSON.stringify(path)}: the file cannot be read${why}; give the path of a JSON file`;
    return { ...readPolicy(null, place), problems: [line] };
  }
  return readPolicy(text.replace(/^\uFEFF/, ''), place);
}

function configOf(env: Environment, policy: Config['policy'], surroundings: Surroundings): Config {
  const isProduction = env.NODE_ENV === 'production';
  const urls = env.REDIS_URL ?? [];
  // In production the checks above have already refused to start without keys.
  const ephemeralAdminKey = env.ADMIN_API_KEYS === undefined ? surroundings.randomHex(32) : null;
  return {
    environment: env.NODE_ENV,
    port: env.PORT,
    host: env.HOST,
    instanceId: env.INSTANCE_ID ?? surroundings.randomHex(6),
    broker: env.BROKER ?? (urls.length > 0 ? 'redis' : 'memory'),
    redis: {
      urls,
      mode: env.REDIS_MODE,
      sentinelName: env.REDIS_SENTINEL_NAME ?? null,
      prefix: env.REDIS_PREFIX,
    },
    auth: authOf(env, surroundings),
    adminKeys: env.ADMIN_API_KEYS ?? ephemeralKeys(ephemeralAdminKey),
    ephemeralAdminKey,
    corsOrigins: env.CORS_ORIGINS ?? [],
    trustProxy: env.TRUST_PROXY ?? [],
    maxPacketBytes: env.MAX_PACKET_BYTES,
    pingIntervalMs: env.PING_INTERVAL_MS,
    pingTimeoutMs: env.PING_TIMEOUT_MS,
    outboxBytes: env.OUTBOX_BYTES,
    outboxTotalBytes: env.OUTBOX_TOTAL_BYTES ?? Math.floor(surroundings.heapLimitBytes() / 4),
    joinWindowMs: env.JOIN_WINDOW_MS,
    maxConnections: env.MAX_CONNECTIONS,
    maxConnectionsPerUser: env.MAX_CONNECTIONS_PER_USER ?? null,
    lag: { connectMs: env.LAG_CONNECT_MS, publishMs: env.LAG_PUBLISH_MS },
    transports: env.TRANSPORTS,
    demo: env.DEMO ?? !isProduction,
    drainTimeoutMs: env.DRAIN_TIMEOUT_MS,
    logLevel: env.LOG_LEVEL,
    metricsAuth: env.METRICS_AUTH,
    policy,
  };
}

function authOf(env: Environment, surroundings: Surroundings): AuthConfig {
  const jwksUrl = env.AUTH_JWKS_URL ?? null;
  return {
    secrets: env.AUTH_JWT_SECRET ?? (jwksUrl === null ? [surroundings.randomHex(32)] : []),
    jwksUrl,
    issuer: env.AUTH_ISSUER ?? null,
    audience: env.AUTH_AUDIENCE ?? null,
    requireExpiry: env.NODE_ENV === 'production',
  };
}

function ephemeralKeys(key: string | null): Config['adminKeys'] {
  if (key === null) return [];
  const sha256 = createHash('sha256').update(key).digest('hex');
  return [{ name: 'ephemeral', sha256, scopes: [EVERY_SCOPE] }];
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
