import { Global, Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { Metrics } from './metrics.js';

/** Metrics for everybody, and health. `READINESS` comes from another global module. */
@Global()
@Module({ controllers: [HealthController], providers: [Metrics], exports: [Metrics] })
export class TelemetryModule {}
