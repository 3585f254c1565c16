import type { z } from 'zod';
import { acknowledgeCommand, type AcknowledgeReply } from './commands/acknowledge.js';
import { authenticateCommand, type AuthenticateReply } from './commands/authenticate.js';
import { clockCommand, type ClockReply } from './commands/clock.js';
import { historyCommand, type HistoryReply } from './commands/history.js';
import {
  presenceCommand,
  type PresenceReply,
  presenceUpdateCommand,
  type PresenceUpdateReply,
} from './commands/presence.js';
import { publishCommand, type PublishReply } from './commands/publish.js';
import { subscribeCommand, type SubscribeReply } from './commands/subscribe.js';
import { unsubscribeCommand, type UnsubscribeReply } from './commands/unsubscribe.js';
import type { ErrorBody } from './carillon-error.js';

/** Every event that a client may send. Server, SDK and generated documents read this one map. */
export const COMMANDS = {
  subscribe: subscribeCommand,
  unsubscribe: unsubscribeCommand,
  publish: publishCommand,
  history: historyCommand,
  presence: presenceCommand,
  'presence.update': presenceUpdateCommand,
  acknowledge: acknowledgeCommand,
  authenticate: authenticateCommand,
  clock: clockCommand,
} as const;

export type CommandName = keyof typeof COMMANDS;

/** Whether an event is one of them. */
export function isCommand(event: unknown): event is CommandName {
  return typeof event === 'string' && Object.hasOwn(COMMANDS, event);
}

/** What each of them carries, when it was checked. */
export type CommandBodies = { readonly [N in CommandName]: z.infer<(typeof COMMANDS)[N]> };

export interface Replies {
  subscribe: SubscribeReply;
  unsubscribe: UnsubscribeReply;
  publish: PublishReply;
  history: HistoryReply;
  presence: PresenceReply;
  'presence.update': PresenceUpdateReply;
  acknowledge: AcknowledgeReply;
  authenticate: AuthenticateReply;
  clock: ClockReply;
}

/** What an acknowledgement gets: always one of the two, for every well-formed event. */
export type Acknowledgement<R> = ({ ok: true } & R) | { ok: false; error: ErrorBody };
