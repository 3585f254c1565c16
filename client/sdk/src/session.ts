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

/** Where one `$` channel starts. */
export interface SessionChannel {
  channel: string;
  epoch: string;
  position: string;
  recovered: boolean;
  gap?: Gap<ServerGapReason>;
}

/** What holds for publishes to a channel: the rules of its namespace. */
export function limitsIn({ limits }: Session, channel: string): PublishLimits {
  const colon = channel.indexOf(':');
  const namespace = colon > 0 ? channel.slice(0, colon) : 'default';
  const { namespaces = {} } = limits;
  return (Object.hasOwn(namespaces, namespace) ? namespaces[namespace] : undefined) ?? limits;
}
