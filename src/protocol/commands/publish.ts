import { z } from 'zod';
import { headers, instant, messageId, ttlMs } from '../fields.js';
import { PRIORITIES, priority } from '../priority.js';

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

/** An id of printable ASCII, as nearly all are; nothing that the schema would refuse. */
const PLAIN_ID = /^[ -~]{1,128}$/;

/**
 * Whether the schema would surely take it as it is. Most publishes hold no more than this, and the
 * schema costs ten times as much; false: ask the schema.
 */
export function isPlainPublish(body: object): body is PublishCommand {
  let required = 0;
  for (const key of Object.keys(body)) {
    const value: unknown = body[key as keyof typeof body];
    if (key === 'data') required += 1;
    else if (key === 'channel' && typeof value === 'string') required += 1;
    else if (key === 'id' && typeof value === 'string' && PLAIN_ID.test(value)) required += 1;
    else if (key !== 'priority' || !PRIORITIES.some((known) => known === value)) return false;
  }
  return required === 3;
}

export interface PublishReply {
  id: string;
  channel: string;
  epoch: string;
  offset: number;
  /** Milliseconds on the cluster clock; that of the first publish for a duplicate. */
  at: number;
  duplicate: boolean;
}
