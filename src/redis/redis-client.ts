import { Cluster, type CommonRedisOptions, Redis } from 'ioredis';
import type { RedisConfig } from '../config/config.js';

/** Without `replyMapping`, whose type ties every reply to it. */
type Options = Omit<CommonRedisOptions, 'replyMapping'> & {
  readonly keepAlive?: number;
  readonly tls?: object;
};

export type RedisClient = Redis | Cluster;

/** After sending, a call that is not answered in this time has an unknown outcome, in milliseconds. */
export const COMMAND_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** Short, because sockets stay up meanwhile and wait; jittered, so that instances do not come at once. */
const RETRY_FIRST_MS = 40;
const RETRY_MAX_MS = 300;

/**
 * A connection for commands. Nothing waits in it while it is down and nothing is ever sent again by
 * itself: a write whose reply was lost is the caller's to repeat, by its id.
 */
export function connectForCommands(config: RedisConfig): RedisClient {
  return connect(config, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    // A demoted primary refuses writes: leave it, and find the new one.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
  });
}

/** A connection for subscriptions, which its owner re-asserts and awaits after each reconnect. */
export function connectForSubscriptions(config: RedisConfig): RedisClient {
  return connect(config, {
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
  });
}

/** Ends a connection without waiting for a peer that may be gone. */
export function disconnect(client: RedisClient): void {
  client.disconnect();
}

function connect(config: RedisConfig, options: Options): RedisClient {
  const common: Options = {
    ...options,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: retryDelay,
    noDelay: true,
    keepAlive: 5_000,
  };
  const client = create(config, common);
  // Without a listener each error would be printed; the states are watched by the owner instead.
  client.on('error', () => undefined);
  return client;
}

function create({ urls, mode, sentinelName }: RedisConfig, common: Options): RedisClient {
  const [first = 'redis://127.0.0.1:6379'] = urls;
  const nodes = urls.map((url) => new URL(url));
  const hosts = nodes.map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) }));
  const access = accessOf(new URL(first));
  if (mode === 'cluster') {
    return new Cluster(hosts, {
      redisOptions: { ...common, ...access },
      clusterRetryStrategy: retryDelay,
      enableOfflineQueue: false,
      shardedSubscribers: true,
    });
  }
  if (mode === 'sentinel') {
    return new Redis({
      ...common,
      ...access,
      sentinels: hosts,
      name: sentinelName ?? 'mymaster',
      sentinelRetryStrategy: retryDelay,
    });
  }
  return new Redis(first, common);
}

function accessOf({ username, password, protocol }: URL): Options {
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

function retryDelay(attempt: number): number {
  const step = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(attempt, 6));
  return step / 2 + Math.random() * (step / 2);
}
