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
  /** Those of the namespace `default`, and of each other namespace that has others. */
  limits: PublishLimits & {
    channels: number;
    namespaces?: Record<string, PublishLimits>;
  };
}

/** What holds for the publishes of one session in one namespace. */
export interface PublishLimits {
  maxMessageBytes: number;
  /** A publish may be tried again under its id for so long after its first try, no longer. */
  dedupSeconds: number;
  publishPerSecond: number;
}

/** Where one `$` channel starts; what follows `since` comes next as `message` events. */
export interface SessionChannel {
  channel: string;
  epoch: string;
  position: string;
  recovered: boolean;
  gap?: Gap;
}
