import { z } from 'zod';
import { pageLimit, position } from '../fields.js';
import type { Gap } from '../gap.js';
import type { Message } from '../message.js';

/** Follow a channel from now, from a position, or with its last messages. */
export const subscribeCommand = z.strictObject({
  channel: z.string(),
  since: position.optional(),
  /** The last n messages; used when `since` is absent or cannot be continued. */
  rewind: pageLimit.optional(),
});
export type SubscribeCommand = z.infer<typeof subscribeCommand>;

export interface SubscribeReply {
  channel: string;
  epoch: string;
  /** That of the last of `messages`, else the starting one. */
  position: string;
  /** False comes with `gap`. */
  recovered: boolean;
  /** Oldest first. */
  messages: Message[];
  /** How many more follow as `message` with `replayed: true`. */
  behind: number;
  gap?: Gap;
}
