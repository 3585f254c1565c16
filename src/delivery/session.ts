import type { ChannelName } from '../protocol/channel-name.js';
import type { Outbox } from './outbox.js';
import type { Subscription } from './subscription.js';
import type { Wire } from './wire.port.js';

/** Broadcast copies that a session remembers, so that one that matches twice gets it once. */
const BROADCASTS_REMEMBERED = 256;

/** One connection of one user, as delivery knows it. */
export class Session {
  readonly subscriptions = new Map<ChannelName, Subscription>();
  /** When it was last written to by a fan-out, on the monotonic clock. */
  writtenAt = Number.NEGATIVE_INFINITY;

  readonly #broadcasts = new Set<string>();
  #isOpen = true;

  constructor(
    readonly id: string,
    readonly user: string,
    readonly wire: Wire,
    readonly outbox: Outbox,
  ) {}

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** False when this session was already given a copy of the broadcast. */
  takesBroadcast(id: string): boolean {
    if (this.#broadcasts.has(id)) return false;
    this.#broadcasts.add(id);
    if (this.#broadcasts.size > BROADCASTS_REMEMBERED) {
      for (const oldest of this.#broadcasts) {
        this.#broadcasts.delete(oldest);
        break;
      }
    }
    return true;
  }

  /** Nothing is sent any more; what waits is let go. */
  end(): void {
    this.#isOpen = false;
    for (const subscription of this.subscriptions.values()) subscription.phase = 'closed';
    this.outbox.clear();
  }
}
