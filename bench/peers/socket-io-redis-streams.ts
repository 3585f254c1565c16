import { startProgram } from './node-program.js';
import type { Peer } from './peer.js';
import { startOnRedis } from './redis-backed.js';

/**
 * Socket.IO with a log: the only one of its Redis adapters that lets clients recover. It keeps 10,000
 * messages of all rooms together, its default.
 */
export const socketIoRedisStreams: Peer = {
  name: 'socket-io-redis-streams',
  title: 'Socket.IO, @socket.io/redis-streams-adapter on ioredis, connection state recovery',
  missing: () => null,

  start(options) {
    const { name } = socketIoRedisStreams;
    return startOnRedis({
      name,
      dialect: { name: 'room' },
      instances: options.instances,
      redisCore: options.redisCore,
      startOne: (url) =>
        startProgram(name, 'socket-io/main.js', options, { REDIS_URL: url, ADAPTER: 'streams' }),
    });
  },
};
