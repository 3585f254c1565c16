import { Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { ClusterService } from './cluster.service.js';
import { INSTANCE_REGISTRY, type InstanceRegistry } from './instance-registry.port.js';
import { MemoryInstanceRegistry } from './memory/memory-instance-registry.js';
import { RedisInstanceRegistry } from './redis/redis-instance-registry.js';
import { readVersion, VERSION } from './version.js';

/**
 * Binds the registry that the configuration names. `BROKER`, `INSTANCE_REPORT`, and `RedisConnection`
 * where there is Redis, come from global modules.
 */
@Module({
  providers: [
    ClusterService,
    { provide: VERSION, useFactory: readVersion },
    {
      provide: INSTANCE_REGISTRY,
      inject: [CONFIG, { token: RedisConnection, optional: true }],
      useFactory: (config: Config, redis?: RedisConnection | null): InstanceRegistry => {
        if (config.broker === 'memory') return new MemoryInstanceRegistry();
        if (!redis)
          throw new Error('ClusterModule needs a global module that gives RedisConnection');
        return new RedisInstanceRegistry(redis.client, redis.keys);
      },
    },
  ],
  exports: [ClusterService],
})
export class ClusterModule {}
