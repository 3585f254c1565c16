import type { ChannelName } from '../protocol/channel-name.js';
import type { Member } from '../protocol/commands/presence.js';
import type { PresencePush } from '../protocol/pushes/presence.js';
import type { Broker } from '../broker/broker.port.js';
import type { PresenceStore } from './presence-store.port.js';
import { encodePresenceNote } from './presence-note.js';

/** Changes that may wait for the broker; the oldest is given up beyond it, as notes may be lost. */
const WAITING_MAX = 1_000;
const ATTEMPTS_MAX = 5;

interface Untold {
  readonly push: PresencePush;
  readonly attempts: number;
}

/** Tells changes of presence to all instances that follow the channel. */
export class ChangeTeller {
  #untold: Untold[] = [];

  constructor(
    private readonly broker: Pick<Broker, 'note'>,
    private readonly store: Pick<PresenceStore, 'find'>,
  ) {}

  /** Sends at once, in the order of calls; what could not be sent is kept for `retry`. */
  tell(push: PresencePush): void {
    void this.#send({ push, attempts: 1 });
  }

  /** Sends again what failed, where it is still true: an old `leave` must not follow a new `join`. */
  async retry(): Promise<void> {
    const untold = this.#untold;
    this.#untold = [];
    for (const [index, { push, attempts }] of untold.entries()) {
      let member: Member | null;
      try {
        // The channel of a change came out of the store, so its name was checked when it went in.
        member = await this.store.find(push.channel as ChannelName, push.member.user);
      } catch {
        // The store is away: asking about each of the others would only take long.
        for (const later of untold.slice(index)) this.#keep(later);
        return;
      }
      const isTrue = (member !== null) === (push.type !== 'leave');
      const now = { ...push, member: member ?? push.member };
      if (isTrue) await this.#send({ push: now, attempts: attempts + 1 });
    }
  }

  async #send(untold: Untold): Promise<void> {
    const { push } = untold;
    try {
      await this.broker.note(push.channel as ChannelName, encodePresenceNote(push));
    } catch {
      // Notes may be lost by contract; retrying only makes that rarer.
      this.#keep(untold);
    }
  }

  #keep(untold: Untold): void {
    if (untold.attempts >= ATTEMPTS_MAX) return;
    this.#untold.push(untold);
    if (this.#untold.length > WAITING_MAX) this.#untold.shift();
  }
}
