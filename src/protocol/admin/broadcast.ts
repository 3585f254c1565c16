import { z } from 'zod';
import { headers, instant, messageId, subject, ttlMs } from '../fields.js';
import { LIMITS } from '../limits.js';
import { priority } from '../priority.js';
import { encoding } from './publish.js';

const except = z.strictObject({ users: z.array(subject).min(1).max(LIMITS.audience) }).optional();

/** Exactly one of everyone, channels, users or tags; `except` also filters history. */
export const audience = z.union(
  [
    z.strictObject({ everyone: z.literal(true), except }),
    z.strictObject({ channels: z.array(z.string()).min(1).max(LIMITS.audience), except }),
    z.strictObject({ users: z.array(subject).min(1).max(LIMITS.audience), except }),
    z.strictObject({ tags: z.array(subject).min(1).max(LIMITS.audience), except }),
  ],
  'give exactly one of `everyone: true`, `channels`, `users`, `tags`, and perhaps `except`',
);
export type Audience = z.infer<typeof audience>;

export const receipts = z.enum(['none', 'counts', 'users']);

/** Body of `POST /v1/broadcasts`. */
export const broadcastBody = z.strictObject({
  audience,
  data: z.unknown(),
  encoding,
  id: messageId.optional(),
  priority: priority.optional(),
  ttlMs: ttlMs.optional(),
  headers: headers.optional(),
  receipts: receipts.optional(),
  sendAt: instant.optional(),
  releaseAt: z.union([instant, z.literal('together')]).optional(),
});
export type BroadcastBody = z.infer<typeof broadcastBody>;

export const BROADCAST_STATUSES = ['scheduled', 'sending', 'sent', 'cancelled', 'expired'] as const;
export type BroadcastStatus = (typeof BROADCAST_STATUSES)[number];

export interface Broadcast {
  id: string;
  status: BroadcastStatus;
  audience: Audience;
  /** How many channels carry a copy. */
  copies: number;
  /** Milliseconds on the cluster clock. */
  createdAt: number;
  duplicate: boolean;
}
