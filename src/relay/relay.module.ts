import { Global, Module } from '@nestjs/common';
import { PUBLISH_RELAY } from '../channels/publish-relay.port.js';
import { CHANNEL_FEED } from '../delivery/channel-feed.port.js';
import { RelayController } from './relay.controller.js';
import { RelayClient } from './relay-client.js';
import { RelayServer } from './relay-server.js';

/** Both ends of the relay microservice. */
@Global()
@Module({
  controllers: [RelayController],
  providers: [
    RelayServer,
    RelayClient,
    { provide: CHANNEL_FEED, useExisting: RelayServer },
    { provide: PUBLISH_RELAY, useExisting: RelayClient },
  ],
  exports: [RelayServer, RelayClient, CHANNEL_FEED, PUBLISH_RELAY],
})
export class RelayModule {}
