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
  const options = complete({
    lazyConnect: isLazy,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    // A demoted primary refuses writes: leave it, and find the new one.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
  });
  const isCluster = config.mode === 'cluster';
  const client = isCluster ? toCluster(config, options) : toServer(config, options);
  tellOutages(client, 'commands');
  return client;
}

/**
 * A connection for subscriptions, which its owner re-asserts and awaits after each reconnect.
 *
 * @param node of a cluster: `host:port`; null where there is one server at a time
 */
export function connectForSubscriptions(config: RedisConfig, node: string | null): Redis {
  const options = complete({
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    commandTimeout: SUBSCRIBE_TIMEOUT_MS,
  });
  const client = node === null ? toServer(config, options) : toNode(config, node, options);
  tellOutages(client, node === null ? 'subscriptions' : `subscriptions at ${node}`);
  return client;
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

function complete(options: Options): Options {
  return {
    ...options,
    enableOfflineQueue: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: GOODBYE_MS,
    retryStrategy: retryDelay,
    maxLoadingRetryTime: LOADING_RETRY_MS,
    noDelay: true,
    keepAlive: KEEP_ALIVE_MS,
  };
}

function toCluster(config: RedisConfig, options: Options): Cluster {
  return new Cluster(hostsOf(config), {
    redisOptions: { ...options, ...accessOf(config) },
    clusterRetryStrategy: retryDelay,
    enableOfflineQueue: false,
    lazyConnect: options.lazyConnect ?? false,
    // It would send again what may have been taken, and keep whoever waits while a shard is away.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
  });
}

function toServer(config: RedisConfig, options: Options): Redis {
  const [first = 'redis://127.0.0.1:6379'] = config.urls;
  if (config.mode !== 'sentinel') return new Redis(first, options);
  return new Redis({
    ...options,
    ...accessOf(config),
    sentinels: hostsOf(config),
    name: config.sentinelName ?? 'mymaster',
    sentinelRetryStrategy: retryDelay,
  });
}

function toNode(config: RedisConfig, node: string, options: Options): Redis {
  // From the end, because an address may have colons of its own.
  const colon = node.lastIndexOf(':');
  const place = { host: node.slice(0, colon), port: Number(node.slice(colon + 1)) };
  return new Redis({ ...options, ...accessOf(config), ...place });
}

function hostsOf({ urls }: RedisConfig): { host: string; port: number }[] {
  return urls
    .map((url) => new URL(url))
    .map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) }));
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

function accessOf({ urls }: RedisConfig): Options {
  const { username, password, protocol } = new URL(urls[0] ?? 'redis://127.0.0.1:6379');
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
