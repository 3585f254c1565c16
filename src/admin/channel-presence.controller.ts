import { Get, Param } from '@nestjs/common';
import { requireClientChannel } from '../channels/channels.service.js';
import { PresenceService } from '../presence/presence.service.js';
import type { PresenceReply } from '../protocol/commands/presence.js';
import { AdminController } from './admin-controller.js';
import { RequiresScope } from './requires-scope.js';

/** Who is in a channel, in the whole cluster. */
@AdminController('v1/channels/:channel/presence')
export class ChannelPresenceController {
  constructor(private readonly presence: PresenceService) {}

  @Get()
  @RequiresScope('channels.read')
  async members(@Param('channel') channel: string): Promise<PresenceReply> {
    return this.presence.members(requireClientChannel(channel));
  }
}
