import { z } from 'zod';
import { messageId } from '../fields.js';
import { LIMITS } from '../limits.js';

/** A person has seen these broadcasts. */
export const acknowledgeCommand = z.strictObject({
  ids: z.array(messageId).min(1).max(LIMITS.pageMax),
});
export type AcknowledgeCommand = z.infer<typeof acknowledgeCommand>;

export interface AcknowledgeReply {
  /** How many of the ids were taken. */
  accepted: number;
}
