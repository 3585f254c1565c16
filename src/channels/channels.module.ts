import { Module } from '@nestjs/common';
import { CHANNEL_AUTHORIZER } from './channel-authorizer.port.js';
import { ChannelsService } from './channels.service.js';
import { HistoryReader } from './history-reader.js';
import { NamespacePolicies } from './namespace-policies.js';
import { LimitsModule } from '../limits/limits.module.js';
import { PolicyAuthorizer } from './policy-authorizer.js';
import { Verdicts } from './verdicts.js';

@Module({
  imports: [LimitsModule],
  providers: [
    ChannelsService,
    HistoryReader,
    NamespacePolicies,
    Verdicts,
    PolicyAuthorizer,
    { provide: CHANNEL_AUTHORIZER, useExisting: PolicyAuthorizer },
  ],
  exports: [ChannelsService],
})
export class ChannelsModule {}
