import type { Code } from './codes.js';
import type { Gap, ServerGapReason, Skip } from './gap.js';
import type { HistoryReply } from './history.js';
import type { Message, Priority } from './message.js';
import type { PresencePush, PresenceReply } from './presence.js';
import type { PublishReceipt } from './publication.js';
import type { Session, SessionChannel } from './session.js';

/*
 * The wire contract as this package sees it. It is written down again, and not imported, so that the
 * published declarations stand alone; a test holds it to `@carillon/protocol`.
 */

export interface PublishRequest {
  channel: string;
  id: string;
  data: unknown;
  priority?: Priority;
  ttlMs?: number;
  headers?: Record<string, string>;
  releaseAt?: number;
  echo?: boolean;
}

export interface SubscribeReply {
  channel: string;
  epoch: string;
  position: string;
  recovered: boolean;
  messages: Message[];
  behind: number;
  gap?: Gap<ServerGapReason>;
}

export interface Requests {
  subscribe: { channel: string; since?: string; rewind?: number };
  unsubscribe: { channel: string };
  publish: PublishRequest;
  history: { channel: string; before?: string; after?: string; limit?: number };
  presence: { channel: string };
  'presence.update': { channel: string; state: unknown };
  acknowledge: { ids: string[] };
  authenticate: { token: string };
  clock: { sentAt: number };
}

export interface Replies {
  subscribe: SubscribeReply;
  unsubscribe: { channel: string };
  publish: Omit<PublishReceipt, 'refusals'>;
  history: HistoryReply;
  presence: PresenceReply;
  'presence.update': Readonly<Record<never, never>>;
  acknowledge: { accepted: number };
  authenticate: { expiresAt: number | null; channels?: SessionChannel[] };
  clock: { sentAt: number; serverTime: number };
}

export type CommandName = keyof Requests;

export interface ClosingPush {
  code: Exclude<Code, 'closed'>;
  message: string;
  reconnect: boolean;
  retryAfterMs: number;
}

export interface UnsubscribedPush {
  channel: string;
  code: Exclude<Code, 'closed'>;
  message: string;
}

/** Every event that the server may send. */
export interface Pushes {
  session: Session;
  message: Message;
  presence: PresencePush;
  skip: Skip;
  gap: Gap<ServerGapReason>;
  status: { state: 'degraded' | 'ok'; since: number };
  unsubscribed: UnsubscribedPush;
  closing: ClosingPush;
}

export type PushName = keyof Pushes;

/** One push with its name, so that a switch over `name` knows the payload. */
export type Push = { [N in PushName]: { readonly name: N; readonly payload: Pushes[N] } }[PushName];
