import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { RedisConnection } from './redis-connection.js';

/** The shared connection, where the configuration names a Redis; else nothing connects anywhere. */
@Global()
@Module({})
export class RedisModule {
  static register(config: Config): DynamicModule {
    const providers = config.broker === 'redis' ? [RedisConnection] : [];
    return { module: RedisModule, providers, exports: providers };
  }
}
