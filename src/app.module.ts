import { type DynamicModule, Module } from '@nestjs/common';
import { AdminModule } from './admin/admin.module.js';
import { BrokerModule } from './broker/broker.module.js';
import type { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { DeliveryModule } from './delivery/delivery.module.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { RedisModule } from './redis/redis.module.js';
import { RelayModule } from './relay/relay.module.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';

/** The list of features. */
@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(config),
        RedisModule.register(config),
        TelemetryModule,
        BrokerModule,
        RelayModule,
        DeliveryModule,
        GatewayModule,
        AdminModule,
      ],
    };
  }
}
