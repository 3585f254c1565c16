import { startProgram } from './node-program.js';
import type { Peer } from './peer.js';
import { startOnRedis } from './redis-backed.js';

/** NestJS with its Socket.IO adapter on the Redis adapter: rooms, nothing kept, nothing numbered. */
export const nestRedisAdapter: Peer = {
  name: 'nest-redis-adapter',
  title: 'NestJS gateway, IoAdapter, @socket.io/redis-adapter on ioredis',
  missing: () => null,

  start(options) {
    const { name } = nestRedisAdapter;
    return startOnRedis({
      name,
      dialect: { name: 'room' },
      instances: options.instances,
      redisCore: options.redisCore,
      startOne: (url) =>
        startProgram(name, 'nest-redis-adapter/main.js', options, { REDIS_URL: url }),
    });
  },
};
