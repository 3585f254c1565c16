import { z } from 'zod';
import { messageId } from '../fields.js';
import { LIMITS } from '../limits.js';
import { publication } from '../commands/publish.js';

/** Binary travels in JSON as base64. */
export const encoding = z.literal('base64').optional();

/** Body of `POST /v1/channels/{channel}/messages`; without `id` the `Idempotency-Key` or a fresh one is used. */
export const publishBody = publication.extend({ id: messageId.optional(), encoding });
export type PublishBody = z.infer<typeof publishBody>;

/** One item of `POST /v1/messages`. */
export const batchItem = publishBody.extend({ channel: z.string() });
export type BatchItem = z.infer<typeof batchItem>;

/** Items are checked one by one, so that a bad one does not spoil the others. */
export const batchBody = z.strictObject({
  items: z.array(z.unknown()).min(1).max(LIMITS.pageMax),
});
