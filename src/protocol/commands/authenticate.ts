import { z } from 'zod';
import type { SessionChannel } from '../pushes/session.js';

/** A fresh token for the same user, without a reconnect. */
export const authenticateCommand = z.strictObject({ token: z.string().min(1).max(16_384) });
export type AuthenticateCommand = z.infer<typeof authenticateCommand>;

export interface AuthenticateReply {
  /** Milliseconds since 1970; null for a token that never expires. */
  expiresAt: number | null;
  /** `$` channels that the token adds, and where each starts; absent where there are none. */
  channels?: SessionChannel[];
}
