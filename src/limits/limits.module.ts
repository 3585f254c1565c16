import { Module } from '@nestjs/common';
import { LimitsService } from './limits.service.js';

/** Needs the global configuration and clock; gives `LimitsService`. */
@Module({ providers: [LimitsService], exports: [LimitsService] })
export class LimitsModule {}
