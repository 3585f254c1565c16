import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config, type Policy } from '../config/config.js';
import { CLOCK, type Clock } from '../kernel/clock.js';
import { Metrics } from '../telemetry/metrics.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { TelemetryModule } from '../telemetry/telemetry.module.js';
import { BROKER, type Broker } from './broker.port.js';
import { MemoryBroker } from './memory/memory-broker.js';
import { RedisBroker } from './redis/redis-broker.js';

/** Binds the broker that the configuration names. */
@Global()
@Module({
  imports: [TelemetryModule],
  providers: [
    {
      provide: BROKER,
      inject: [CONFIG, CLOCK, Metrics, { token: RedisConnection, optional: true }],
      useFactory: (
        config: Config,
        clock: Clock,
        metrics: Metrics,
        redis?: RedisConnection | null,
      ): Broker => {
        if (config.broker === 'memory') return new MemoryBroker(clock);
        if (!redis)
          throw new Error('BrokerModule needs a global module that gives RedisConnection');
        return new RedisBroker({
          redis: config.redis,
          // Names that both use are remembered once.
          keys: redis.keys,
          instanceId: config.instanceId,
          joinWindowMs: config.joinWindowMs,
          replicas: replicasAsked(config.policy),
          foreign: (count) => metrics.foreignEntries.inc(count),
        });
      },
    },
  ],
  exports: [BROKER],
})
export class BrokerModule implements OnApplicationShutdown {
  constructor(@Inject(BROKER) private readonly broker: Broker) {}

  /** After the sockets have closed: until then publishes under way still settle. */
  async onApplicationShutdown(): Promise<void> {
    await this.broker.close();
  }
}

function replicasAsked({ namespaces, fallback }: Policy): number[] {
  const all = [...Object.values(namespaces), ...(fallback ? [fallback] : [])];
  return [...new Set(all.map(({ replicas }) => replicas))].filter((replicas) => replicas > 0);
}
