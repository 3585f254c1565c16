import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { STORE_FITNESS, type StoreFitness } from '../telemetry/store-fitness.port.js';
import { RedisConnection } from './redis-connection.js';
import { ServerCheck } from './server-check.js';

/** Nothing to hold against what is in this process. */
const unquestioned: StoreFitness = { problem: () => null };

/**
 * The shared connection and what is known against its servers, where the configuration names a
 * Redis; else nothing connects anywhere.
 */
@Global()
@Module({})
export class RedisModule {
  static register(config: Config): DynamicModule {
    const module = RedisModule;
    if (config.broker !== 'redis') {
      const fitness = { provide: STORE_FITNESS, useValue: unquestioned };
      return { module, providers: [fitness], exports: [STORE_FITNESS] };
    }
    const fitness = { provide: STORE_FITNESS, useExisting: ServerCheck };
    return {
      module,
      providers: [RedisConnection, ServerCheck, fitness],
      exports: [RedisConnection, STORE_FITNESS],
    };
  }
}
