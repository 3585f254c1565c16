import { z } from 'zod';
import { headers, instant, messageId, ttlMs } from '../fields.js';
import { priority } from '../priority.js';

/** What every publish says, by socket and by REST. `data` is checked apart: it may be binary and deep. */
export const publication = z.strictObject({
  id: messageId,
  data: z.unknown(),
  priority: priority.optional(),
  ttlMs: ttlMs.optional(),
  headers: headers.optional(),
  releaseAt: instant.optional(),
});

export const publishCommand = publication.extend({
  channel: z.string(),
  /** False leaves the publishing session out. */
  echo: z.boolean().optional(),
});
export type PublishCommand = z.infer<typeof publishCommand>;

export interface PublishReply {
  id: string;
  channel: string;
  epoch: string;
  offset: number;
  /** Milliseconds on the cluster clock; that of the first publish for a duplicate. */
  at: number;
  duplicate: boolean;
}
