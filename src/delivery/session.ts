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

  /** Which list of the flush schedule it stands in; null: nothing waits to be written. */
  owed: 'urgent' | 'due' | 'later' | null = null;

  /** Broadcast → the channel through which its copy came. */
  #broadcasts: Map<string, ChannelName> | null = null;
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

  /** Whether a copy of the broadcast was sent to this session through another channel. */
  hasBroadcast(id: string, channel: ChannelName): boolean {
    const through = this.#broadcasts?.get(id);
    return through !== undefined && through !== channel;
  }

  /**
   * A copy is being sent through this channel. False: another one was sent before. To be asked in the
   * moment of sending, because a copy that waits may never leave.
   */
  takesBroadcast(id: string, channel: ChannelName): boolean {
    this.#broadcasts ??= new Map();
    const through = this.#broadcasts.get(id);
    if (through !== undefined) return through === channel;
    this.#broadcasts.set(id, channel);
    if (this.#broadcasts.size > BROADCASTS_REMEMBERED) {
      for (const oldest of this.#broadcasts.keys()) {
        this.#broadcasts.delete(oldest);
        break;
      }
    }
    return true;
  }

  /** As `takesBroadcast`, where none was sent through another channel. False: one was sent through this one before. */
  takesBroadcastFirst(id: string, channel: ChannelName): boolean {
    const isFirst = this.#broadcasts?.has(id) !== true;
    this.takesBroadcast(id, channel);
    return isFirst;
  }

  /** The answer that held these copies was never sent: others are taken again. */
  forgetBroadcasts(ids: readonly string[]): void {
    for (const id of ids) this.#broadcasts?.delete(id);
  }

  /** Nothing is sent any more; what waits is let go. */
  end(): void {
    this.#isOpen = false;
    this.owed = null;
    for (const subscription of this.subscriptions.values()) subscription.phase = 'closed';
    this.outbox.end();
  }
}
