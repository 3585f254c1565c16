import { Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { CLOCK, type Clock } from '../kernel/clock.js';
import { LoopDelay } from '../kernel/loop-delay.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { IntakeService } from './intake.service.js';
import { LimitsService } from './limits.service.js';
import { MemoryRateStore } from './memory/memory-rate-store.js';
import { RATE_STORE, type RateStore } from './rate-store.port.js';
import { RedisRateStore } from './redis/redis-rate-store.js';

/**
 * Binds the buckets that the configuration names. The configuration, the clock, `Metrics`, and
 * `RedisConnection` where there is Redis, come from global modules.
 */
@Module({
  providers: [
    LimitsService,
    IntakeService,
    { provide: LoopDelay, useFactory: () => new LoopDelay() },
    {
      provide: RATE_STORE,
      inject: [CONFIG, CLOCK, { token: RedisConnection, optional: true }],
      useFactory: (config: Config, clock: Clock, redis?: RedisConnection | null): RateStore => {
        if (config.broker === 'memory') return new MemoryRateStore(clock);
        if (!redis)
          throw new Error('LimitsModule needs a global module that gives RedisConnection');
        return new RedisRateStore(redis.client, redis.keys, config.instanceId);
      },
    },
  ],
  exports: [LimitsService, IntakeService],
})
export class LimitsModule {}
