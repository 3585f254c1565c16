import type { FeedStatus } from './channel-feed.port.js';
import { EncodedPush } from './encoded-push.js';
import { pushInSlices, type PushRules } from './push-in-slices.js';
import type { Session } from './session.js';

/**
 * Tells every connection how the instance stands with its broker: one frame for all, written in slices.
 * One word is told to its end before the next; of those that came meanwhile the last one is. It is told
 * to who is behind as well: a client may rely on it, and it is a few bytes.
 */
export class StatusPushes {
  #isTelling = false;
  #next: FeedStatus | null = null;
  /** What all were told last. */
  #last: FeedStatus | null = null;

  /** `sessions`: all there are now. */
  constructor(private readonly rules: PushRules & { sessions(): Iterable<Session> }) {}

  /** Tells all who were told their `session`. */
  tell({ state, since }: FeedStatus): void {
    this.#next = { state, since };
    if (!this.#isTelling) this.#tellNext();
  }

  /** Tells a session that has begun since, if it is bad news: of good ones there is no need. */
  tellWhereDegraded(session: Session): void {
    if (this.#last?.state === 'degraded') this.#push(this.#last, [session], () => undefined);
  }

  #tellNext(): void {
    const status = this.#next;
    if (status === null) return;
    this.#next = null;
    this.#last = status;
    const sessions: Session[] = [];
    for (const session of this.rules.sessions()) if (session.outbox.isOpen) sessions.push(session);
    this.#isTelling = true;
    this.#push(status, sessions, () => {
      this.#isTelling = false;
      this.#tellNext();
    });
  }

  #push(status: FeedStatus, to: readonly Session[], then: () => void): void {
    const push = new EncodedPush('status', status);
    const batch = { to, sessionOf, joined: push.frame, pushes: [push], mayBeLost: false };
    pushInSlices(batch, this.rules, then);
  }
}

/** Who has ended meanwhile is not open any more. */
function sessionOf(session: Session): Session {
  return session;
}
