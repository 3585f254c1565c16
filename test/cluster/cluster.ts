import { connect, type ConnectOptions, type TestClient } from '../support/client.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { tokenFor, type TokenClaims } from '../support/token.js';

/** Three instances on one Redis. */
export interface Cluster {
  readonly redis: RedisServer;
  readonly a: CarillonProcess;
  readonly b: CarillonProcess;
  readonly c: CarillonProcess;
  readonly all: readonly CarillonProcess[];
}

/** Starts a cluster whose instances are called `a`, `b` and `c`; it is ended with the test file. */
export async function startCluster(env: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  const redis = await startRedis();
  const start = (name: string) =>
    startCarillon({ redisUrl: redis.url, env: { INSTANCE_ID: name, ...env } });
  const [a, b, c] = await Promise.all([start('a'), start('b'), start('c')]);
  return { redis, a, b, c, all: [a, b, c] };
}

/** A session of the user that the claims name. */
export async function session(
  server: CarillonProcess,
  claims: TokenClaims | string,
  options: Omit<ConnectOptions, 'token'> = {},
): Promise<TestClient> {
  const token = await tokenFor(
    server.secret,
    typeof claims === 'string' ? { sub: claims } : claims,
  );
  return connect(server.url, { token, ...options });
}
