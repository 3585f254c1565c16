import { Get, Header } from '@nestjs/common';
import { Metrics } from '../telemetry/metrics.js';
import { AdminController } from './admin-controller.js';
import { RequiresScope } from './requires-scope.js';

/** The numbers of this instance for Prometheus; open unless `METRICS_AUTH=true`. */
@AdminController('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @RequiresScope('metrics.read')
  read(): Promise<string> {
    return this.metrics.render();
  }
}
