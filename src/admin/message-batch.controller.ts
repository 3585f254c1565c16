import { Body, HttpCode, Logger, Post, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { ChannelsService } from '../channels/channels.service.js';
import type { Principal } from '../identity/caller.js';
import { mapBounded } from '../kernel/map-bounded.js';
import { IntakeService } from '../limits/intake.service.js';
import { batchBody, batchItem } from '../protocol/admin/publish.js';
import { namespaceOf } from '../protocol/channel-name.js';
import type { PublishReply } from '../protocol/commands/publish.js';
import { AdminController } from './admin-controller.js';
import { dataFrom } from './base64-data.js';
import { IdempotencyKey, itemId } from './idempotency-key.js';
import { IntakeGuard } from './intake.guard.js';
import { parseRequest } from './parse-request.js';
import { Administrator } from './principal.js';
import { type Problem, problemOf } from './problem.js';
import { setRateLimitHeaders } from './rate-limit-headers.js';
import { RequiresScope } from './requires-scope.js';

/** A few relay batches: begun in order, so that one channel's items keep their order. */
const ITEMS_AT_ONCE = 64;

/** What became of one item: a reply with its status, or a problem, which has one. */
export type BatchResult = ({ readonly status: 200 | 201 } & PublishReply) | Problem;

/** Messages for many channels in one request. */
@AdminController('v1/messages')
export class MessageBatchController {
  private readonly logger = new Logger('admin');

  constructor(
    private readonly channels: ChannelsService,
    private readonly intake: IntakeService,
  ) {}

  /** 207 with one result for each item, in their order; a bad item does not spoil the others. */
  @Post()
  @HttpCode(207)
  @RequiresScope('messages.write')
  @UseGuards(IntakeGuard)
  async publish(
    @Administrator() principal: Principal,
    @IdempotencyKey() key: string | null,
    @Body({ schema: batchBody }) { items }: z.infer<typeof batchBody>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ items: BatchResult[] }> {
    const channels = new Map<string, string>();
    const results = await mapBounded(items, ITEMS_AT_ONCE, (item, index) => {
      const channel = channelOf(item);
      if (channel !== null) channels.set(namespaceOf(channel), channel);
      return this.publishItem(principal, item, { key, index });
    });
    // One of each namespace: they share its limits.
    for (const channel of channels.values()) {
      setRateLimitHeaders(response, this.channels.allowance(principal, channel));
    }
    return { items: results };
  }

  private async publishItem(
    principal: Principal,
    item: unknown,
    { key, index }: { readonly key: string | null; readonly index: number },
  ): Promise<BatchResult> {
    try {
      const { encoding, ...body } = parseRequest(batchItem, item);
      this.intake.requirePublish(() => this.channels.priorityOf(body));
      const reply = await this.channels.publishAs(principal, {
        ...body,
        id: itemId(body.id, key, index),
        data: dataFrom(body.data, encoding),
      });
      return { status: reply.duplicate ? 200 : 201, ...reply };
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === 'internal') {
        this.logger.error('A batch item failed', error instanceof Error ? error.stack : error);
      }
      return problem;
    }
  }
}

function channelOf(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || !('channel' in item)) return null;
  return typeof item.channel === 'string' ? item.channel : null;
}
