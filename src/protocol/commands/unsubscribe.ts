import { z } from 'zod';

/** Stop following a channel; leaving a channel that was not followed succeeds. */
export const unsubscribeCommand = z.strictObject({ channel: z.string() });
export type UnsubscribeCommand = z.infer<typeof unsubscribeCommand>;

export interface UnsubscribeReply {
  channel: string;
}
