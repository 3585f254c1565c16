import type { Gap } from '../gap.js';

/** Sent once, before any `message`, when the `$` channels are followed. */
export interface SessionPush {
  sessionId: string;
  client: string;
  instance: string;
  user: string;
  /** Milliseconds since 1970; null for a token that never expires. */
  expiresAt: number | null;
  serverTime: number;
  channels: SessionChannel[];
  limits: {
    maxMessageBytes: number;
    channels: number;
    dedupSeconds: number;
    publishPerSecond: number;
  };
}

/** Where one `$` channel starts; what follows `since` comes next as `message` events. */
export interface SessionChannel {
  channel: string;
  epoch: string;
  position: string;
  recovered: boolean;
  gap?: Gap;
}
