import { BroadcastsController } from './broadcasts.controller.js';
import { ChannelMessagesController } from './channel-messages.controller.js';
import { ChannelPresenceController } from './channel-presence.controller.js';
import { DemoSessionController } from './demo-session.controller.js';
import { InstancesController } from './instances.controller.js';
import { MessageBatchController } from './message-batch.controller.js';
import { MetricsController } from './metrics.controller.js';

/** Every controller of the REST edge; a test holds each of their routes to the house rules. */
export const ADMIN_CONTROLLERS = [
  ChannelMessagesController,
  MessageBatchController,
  ChannelPresenceController,
  BroadcastsController,
  InstancesController,
  MetricsController,
  DemoSessionController,
] as const;
