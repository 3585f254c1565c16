import { Body, Delete, Get, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import { ChannelsService } from '../channels/channels.service.js';
import type { Principal } from '../identity/caller.js';
import { IntakeService } from '../limits/intake.service.js';
import { historyQuery, type HistoryQuery } from '../protocol/admin/page.js';
import { publishBody, type PublishBody } from '../protocol/admin/publish.js';
import type { PublishReply } from '../protocol/commands/publish.js';
import { AdminController } from './admin-controller.js';
import { dataFrom } from './base64-data.js';
import { type ChannelHistory, channelHistory } from './channel-history.js';
import { IdempotencyKey, idFrom } from './idempotency-key.js';
import { IntakeGuard } from './intake.guard.js';
import { Administrator } from './principal.js';
import { setRateLimitHeaders } from './rate-limit-headers.js';
import { RequiresScope } from './requires-scope.js';
import { type RestHistory, restHistory } from './rest-message.js';

/** The messages of one channel. */
@AdminController('v1/channels/:channel/messages')
export class ChannelMessagesController {
  constructor(
    private readonly channels: ChannelsService,
    private readonly intake: IntakeService,
  ) {}

  /** 201, or 200 with `duplicate: true` when the id is known with the same content. */
  @Post()
  @RequiresScope('messages.write')
  @UseGuards(IntakeGuard)
  async publish(
    @Administrator() principal: Principal,
    @Param('channel') channel: string,
    @IdempotencyKey() key: string | null,
    @Body({ schema: publishBody }) { encoding, ...body }: PublishBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PublishReply> {
    const { priority } = body;
    this.intake.requirePublish(() => this.channels.priorityOf({ channel, priority }));
    try {
      const reply = await this.channels.publishAs(principal, {
        ...body,
        channel,
        id: idFrom(body.id, key),
        data: dataFrom(body.data, encoding),
      });
      response.status(reply.duplicate ? 200 : 201);
      return reply;
    } finally {
      setRateLimitHeaders(response, this.channels.allowance(principal, channel));
    }
  }

  @Get()
  @RequiresScope('channels.read')
  async history(
    @Administrator() principal: Principal,
    @Param('channel') channel: string,
    @Query({ schema: historyQuery }) query: HistoryQuery,
  ): Promise<RestHistory> {
    return restHistory(await this.channels.historyAs(principal, { ...query, channel }));
  }

  /** Throws the history away and tells what is left: the channel's place, and nothing kept. */
  @Delete()
  @HttpCode(200)
  @RequiresScope('channels.write')
  async purge(@Param('channel') channel: string): Promise<ChannelHistory> {
    return channelHistory(channel, await this.channels.purge(channel));
  }
}
