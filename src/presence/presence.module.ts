import { Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { MemoryPresenceStore } from './memory/memory-presence-store.js';
import { PRESENCE_STORE, type PresenceStore } from './presence-store.port.js';
import { PresenceService } from './presence.service.js';
import { RedisPresenceStore } from './redis/redis-presence-store.js';

/**
 * Binds the store that the configuration names. `BROKER`, and `RedisConnection` where there is
 * Redis, come from global modules.
 */
@Module({
  providers: [
    PresenceService,
    {
      provide: PRESENCE_STORE,
      inject: [CONFIG, { token: RedisConnection, optional: true }],
      useFactory: (config: Config, redis?: RedisConnection | null): PresenceStore => {
        if (config.broker === 'memory') return new MemoryPresenceStore();
        if (!redis)
          throw new Error('PresenceModule needs a global module that gives RedisConnection');
        return new RedisPresenceStore(redis.client, redis.keys);
      },
    },
  ],
  exports: [PresenceService],
})
export class PresenceModule {}
