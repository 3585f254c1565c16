import type { Gap, Skip } from './gap.js';
import type { Message } from './message.js';
import type { ClosingPush, UnsubscribedPush } from './pushes/closing.js';
import type { PresencePush } from './pushes/presence.js';
import type { SessionPush } from './pushes/session.js';
import type { StatusPush } from './pushes/status.js';

/** Every event that the server may send. */
export interface Pushes {
  session: SessionPush;
  message: Message;
  presence: PresencePush;
  skip: Skip;
  gap: Gap;
  status: StatusPush;
  unsubscribed: UnsubscribedPush;
  closing: ClosingPush;
}

export type PushName = keyof Pushes;
