import { startProgram } from './node-program.js';
import type { Peer } from './peer.js';
import { startOnRedis } from './redis-backed.js';

/** Socket.IO without a framework: what the Redis adapter costs at its best. */
export const socketIoRedisAdapter: Peer = {
  name: 'socket-io-redis-adapter',
  title: 'Socket.IO, @socket.io/redis-adapter on ioredis',
  missing: () => null,

  start(options) {
    const { name } = socketIoRedisAdapter;
    return startOnRedis({
      name,
      dialect: { name: 'room' },
      instances: options.instances,
      redisCore: options.redisCore,
      startOne: (url) =>
        startProgram(name, 'socket-io/main.js', options, { REDIS_URL: url, ADAPTER: 'redis' }),
    });
  },
};
