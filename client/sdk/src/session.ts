import type { Gap, ServerGapReason } from './gap.js';

/** What the server says of a connection, once, before any message. */
export interface Session {
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

/** Where one `$` channel starts. */
export interface SessionChannel {
  channel: string;
  epoch: string;
  position: string;
  recovered: boolean;
  gap?: Gap<ServerGapReason>;
}
