import { Body, HttpCode, Logger, Post } from '@nestjs/common';
import type { z } from 'zod';
import { ChannelsService } from '../channels/channels.service.js';
import type { Principal } from '../identity/caller.js';
import { mapBounded } from '../kernel/map-bounded.js';
import { batchBody, batchItem } from '../protocol/admin/publish.js';
import type { PublishReply } from '../protocol/commands/publish.js';
import { AdminController } from './admin-controller.js';
import { dataFrom } from './base64-data.js';
import { IdempotencyKey, itemId } from './idempotency-key.js';
import { parseRequest } from './parse-request.js';
import { Administrator } from './principal.js';
import { type Problem, problemOf } from './problem.js';
import { RequiresScope } from './requires-scope.js';

/** A few relay batches: begun in order, so that one channel's items keep their order. */
const ITEMS_AT_ONCE = 64;

/** What became of one item: a reply with its status, or a problem, which has one. */
export type BatchResult = ({ readonly status: 200 | 201 } & PublishReply) | Problem;

/** Messages for many channels in one request. */
@AdminController('v1/messages')
export class MessageBatchController {
  private readonly logger = new Logger('admin');

  constructor(private readonly channels: ChannelsService) {}

  /** 207 with one result for each item, in their order; a bad item does not spoil the others. */
  @Post()
  @HttpCode(207)
  @RequiresScope('messages.write')
  async publish(
    @Administrator() principal: Principal,
    @IdempotencyKey() key: string | null,
    @Body({ schema: batchBody }) { items }: z.infer<typeof batchBody>,
  ): Promise<{ items: BatchResult[] }> {
    const results = await mapBounded(items, ITEMS_AT_ONCE, (item, index) =>
      this.publishItem(principal, item, { key, index }),
    );
    return { items: results };
  }

  private async publishItem(
    principal: Principal,
    item: unknown,
    { key, index }: { readonly key: string | null; readonly index: number },
  ): Promise<BatchResult> {
    try {
      const { encoding, ...body } = parseRequest(batchItem, item);
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
