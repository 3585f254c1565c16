import { Global, Module } from '@nestjs/common';
import { CatchUp } from './catch-up.js';
import { ChannelPushes } from './channel-pushes.js';
import { DeliveryService } from './delivery.service.js';
import { FollowedChannels } from './followed-channels.js';
import { LogPages } from './log-pages.js';
import { SlowConsumers } from './slow-consumers.js';

/** One for the whole instance: the relay's controller, the channels and the gateway share it. */
@Global()
@Module({
  providers: [DeliveryService, CatchUp, ChannelPushes, FollowedChannels, LogPages, SlowConsumers],
  exports: [DeliveryService],
})
export class DeliveryModule {}
