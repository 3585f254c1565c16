import { z } from 'zod';
import { pageLimit, position } from '../fields.js';
import type { Gap } from '../gap.js';
import type { Message } from '../message.js';

/** A page of what a channel keeps: before a position, after one, or the newest. */
export const historyCommand = z
  .strictObject({
    channel: z.string(),
    before: position.optional(),
    after: position.optional(),
    limit: pageLimit.optional(),
  })
  .refine(
    ({ before, after }) => before === undefined || after === undefined,
    'Give `before` or `after`, not both.',
  );
export type HistoryCommand = z.infer<typeof historyCommand>;

export interface HistoryReply {
  /** Oldest first. To read further back hand the first one's `position` as `before`. */
  messages: Message[];
  /** More lie beyond this page in the direction that was asked. */
  more: boolean;
  /** That of the last of `messages`, else the one that was asked from. */
  position: string;
  /** What `after` can no longer be continued with. */
  gap?: Gap;
}
