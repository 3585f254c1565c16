import { Logger } from '@nestjs/common';
import { Cluster, type CommonRedisOptions, Redis } from 'ioredis';
import type { RedisConfig } from '../config/config.js';

/** Without `replyMapping`, whose type ties every reply to it. */
type Options = Omit<CommonRedisOptions, 'replyMapping'> & {
  readonly disconnectTimeout?: number;
  readonly tls?: object;
};

export type RedisClient = Redis | Cluster;

/** After sending, a call that is not answered in this time has an unknown outcome, in milliseconds. */
export const COMMAND_TIMEOUT_MS = 1_000;
/** Subscribing to many channels at once is one call, in milliseconds. */
const SUBSCRIBE_TIMEOUT_MS = 2_000;
/** A peer that owes answers and has sent nothing for so long is gone, whatever the kernel says. */
const SILENCE_MS = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** How long a connection that is given up may still say goodbye, in milliseconds. */
const GOODBYE_MS = 100;
const KEEP_ALIVE_MS = 5_000;
/** How soon a server that still reads its log from disk is asked again, in milliseconds. */
const LOADING_RETRY_MS = 100;

/** Short, because sockets stay up meanwhile and wait; jittered, so that instances do not come at once. */
const RETRY_FIRST_MS = 40;
const RETRY_MAX_MS = 300;

/**
 * A connection for commands. Nothing waits in it while it is down and nothing is ever sent again by
 * itself: a write whose reply was lost is the caller's to repeat, by its id.
 *
 * @param isLazy true: it connects at `connect()`, otherwise at once
 */
export function connectForCommands(config: RedisConfig, isLazy = false): RedisClient {
  return connect(config, 'commands', {
    lazyConnect: isLazy,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    // A demoted primary refuses writes: leave it, and find the new one.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
  });
}

/** A connection for subscriptions, which its owner re-asserts and awaits after each reconnect. */
export function connectForSubscriptions(config: RedisConfig): RedisClient {
  return connect(config, 'subscriptions', {
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    commandTimeout: SUBSCRIBE_TIMEOUT_MS,
  });
}

/** Ends a connection for good, without waiting for a peer that may be gone. */
export function disconnect(client: RedisClient): void {
  // Ending it twice would keep the process alive until a timer of the client has passed.
  if (client.status !== 'end') client.disconnect();
}

/** Leaves this peer; the client finds one anew. */
export function reconnect(client: RedisClient): void {
  client.disconnect(true);
}

function connect(config: RedisConfig, purpose: string, options: Options): RedisClient {
  const common: Options = {
    ...options,
    enableOfflineQueue: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: GOODBYE_MS,
    retryStrategy: retryDelay,
    maxLoadingRetryTime: LOADING_RETRY_MS,
    noDelay: true,
    keepAlive: KEEP_ALIVE_MS,
  };
  const client = create(config, common);
  tellOutages(client, purpose);
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
      lazyConnect: common.lazyConnect ?? false,
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

/** One line when a connection is lost and one when it is back, however often it was tried between. */
function tellOutages(client: RedisClient, purpose: string): void {
  const logger = new Logger('Redis');
  let isAway = false;
  client.on('error', (error: Error) => {
    if (isAway) return;
    isAway = true;
    logger.warn(`The connection for ${purpose} is lost, trying again: ${reasonOf(error)}`);
  });
  client.on('ready', () => {
    if (isAway) logger.log(`The connection for ${purpose} is back.`);
    isAway = false;
  });
}

/** A refused connection to a name with several addresses has a code and no message. */
function reasonOf(error: Error): string {
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
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
