import { type DynamicModule, Module } from '@nestjs/common';
import { CLOCK, systemClock } from '../kernel/clock.js';
import { CONFIG, type Config } from './config.js';

/** Gives every module the configuration and the clock. */
@Module({})
export class ConfigModule {
  static register(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: CLOCK, useValue: systemClock },
      ],
      exports: [CONFIG, CLOCK],
    };
  }
}
