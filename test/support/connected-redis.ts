import { once } from 'node:events';
import { connectForCommands, disconnect, type RedisClient } from '../../src/redis/redis-client.js';
import { register } from './actors.js';
import { within } from './eventually.js';
import { type RedisServer, startRedis } from './redis-server.js';

export interface ConnectedRedis {
  readonly server: RedisServer;
  readonly client: RedisClient;
  end(): Promise<void>;
}

/** A Redis of the test's own and a connection for commands to it that is up. */
export async function connectedRedis(): Promise<ConnectedRedis> {
  const server = await startRedis();
  const client = connectForCommands({
    urls: [server.url],
    mode: 'standalone',
    sentinelName: null,
    prefix: 'unused',
  });
  // The client keeps the process alive for 2 s when it is told to end a connection that has ended.
  const leave = () => {
    if (client.status !== 'end') disconnect(client);
  };
  register({ name: 'a Redis client', end: leave });
  await within('the Redis client is ready', 5_000, once(client, 'ready'));
  return {
    server,
    client,
    end: async () => {
      leave();
      await server.stop();
    },
  };
}
