import { Module } from '@nestjs/common';
import { BroadcastsModule } from '../broadcasts/broadcasts.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { ClusterModule } from '../cluster/cluster.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { ADMIN_CONTROLLERS } from './admin-controllers.js';

/** The REST edge. `CONFIG`, `CLOCK` and `Metrics` come from global modules. */
@Module({
  imports: [
    BroadcastsModule,
    ChannelsModule,
    ClusterModule,
    IdentityModule,
    LimitsModule,
    PresenceModule,
  ],
  controllers: [...ADMIN_CONTROLLERS],
})
export class AdminModule {}
