import { Global, Module } from '@nestjs/common';
import { ChannelsModule } from '../channels/channels.module.js';
import { INSTANCE_REPORT } from '../cluster/instance-report.port.js';
import { IdentityModule } from '../identity/identity.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { READINESS } from '../telemetry/readiness.port.js';
import { Admission } from './admission.js';
import { CarillonGateway } from './carillon.gateway.js';
import { CommandDispatcher } from './command-dispatcher.js';
import { Connections } from './connections.js';
import { Drain } from './drain.js';
import { Expiry } from './expiry.js';
import { HandshakeGuard } from './handshake.js';
import { InstanceState } from './instance-state.js';

/** Global for the two ports that it implements: readiness, and what an instance reports. */
@Global()
@Module({
  imports: [ChannelsModule, IdentityModule, LimitsModule, PresenceModule],
  providers: [
    CarillonGateway,
    Admission,
    CommandDispatcher,
    Connections,
    Drain,
    Expiry,
    HandshakeGuard,
    InstanceState,
    { provide: READINESS, useExisting: InstanceState },
    {
      provide: INSTANCE_REPORT,
      inject: [InstanceState],
      useFactory: (state: InstanceState) => state.report,
    },
  ],
  exports: [READINESS, INSTANCE_REPORT],
})
export class GatewayModule {}
