import path from 'node:path';
import process from 'node:process';
import { Child } from '../processes/child.js';
import { startRedis } from '../processes/redis.js';
import { nodeOptions } from './node-options.js';
import type { Peer } from './peer.js';

/** NestJS with its Socket.IO adapter on the Redis adapter: rooms, nothing kept, nothing numbered. */
export const nestRedisAdapter: Peer = {
  name: 'nest-redis-adapter',
  title: 'NestJS gateway, IoAdapter, @socket.io/redis-adapter on ioredis',

  async start({ profiles }) {
    const redis = await startRedis();
    const program = path.join(import.meta.dirname, 'nest-redis-adapter/main.js');
    const args = [...nodeOptions('nest-redis-adapter', profiles), program];
    const child = new Child('nest-redis-adapter', 'measured', process.execPath, args, {
      NODE_ENV: 'production',
      REDIS_URL: redis.url,
    });
    const port = Number(await child.announced(/listening on (\d+)/));
    return {
      name: 'nest-redis-adapter',
      port,
      dialect: { name: 'room' },
      pid: child.pid,
      redisPid: redis.child.pid,
      check: () => {
        child.check();
        redis.child.check();
      },
      stop: async () => {
        await child.stop();
        await redis.stop();
      },
    };
  },
};
