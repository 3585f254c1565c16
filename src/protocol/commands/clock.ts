import { z } from 'zod';

/** One sample for estimating the offset between the client's clock and the cluster's. */
export const clockCommand = z.strictObject({ sentAt: z.number().finite() });
export type ClockCommand = z.infer<typeof clockCommand>;

export interface ClockReply {
  sentAt: number;
  /** Milliseconds on the cluster clock. */
  serverTime: number;
}
