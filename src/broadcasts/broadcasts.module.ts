import { Module } from '@nestjs/common';
import { ChannelsModule } from '../channels/channels.module.js';
import { ChannelsService } from '../channels/channels.service.js';
import { BROADCAST_PUBLISHER } from './broadcast-publisher.port.js';
import { BroadcastsService } from './broadcasts.service.js';

@Module({
  imports: [ChannelsModule],
  providers: [BroadcastsService, { provide: BROADCAST_PUBLISHER, useExisting: ChannelsService }],
  exports: [BroadcastsService],
})
export class BroadcastsModule {}
