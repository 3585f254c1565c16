import type { CarillonError } from './carillon-error.js';
import type { ChannelEvents } from './channel-events.js';
import type { Gap, Skip } from './gap.js';
import type { HistoryQuery, HistoryReply } from './history.js';
import type { Message } from './message.js';
import type { ChannelOptions } from './options.js';
import type { PresencePush, PresenceReply } from './presence.js';
import type { PublishOptions, PublishReceipt } from './publication.js';
import type { SubscribeResult, Subscription } from './subscription.js';
import type { Replies, Requests } from './wire.js';

export interface ChannelParts {
  readonly events: ChannelEvents;
  readonly subscription: Subscription;
  readonly ask: <N extends 'history' | 'presence' | 'presence.update'>(
    name: N,
    request: Requests[N],
  ) => Promise<Replies[N]>;
  readonly publish: (data: unknown, options: PublishOptions) => Promise<PublishReceipt>;
  /** Null when a subscription may begin. */
  readonly refusal: () => CarillonError | null;
  /** Asks the current session alone, if there is one, to follow no more. Resolves with its end too. */
  readonly leave: () => Promise<void>;
}

/** One channel as the application uses it. Made by `carillon.channel(name)`. */
export class Channel {
  readonly #parts: ChannelParts;
  #options: ChannelOptions;

  constructor(
    readonly name: string,
    options: ChannelOptions,
    parts: ChannelParts,
  ) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Options for the next `subscribe`; a subscription that is on keeps its own. */
  setOptions(options: ChannelOptions): void {
    this.#options = options;
  }

  /**
   * Follows the channel from now on, through lost connections too. Listen before you call it.
   *
   * Resolves with the first success; it waits for a connection as long as it takes. Calling it
   * again while it is on gives the same promise.
   *
   * @throws CarillonError when the server refuses, or `closed` when it is ended before
   */
  subscribe(): Promise<SubscribeResult> {
    const { refusal, subscription } = this.#parts;
    const error = subscription.isOn ? null : refusal();
    return error === null ? subscription.start(this.#options) : Promise.reject(error);
  }

  /** Stops following. The place is forgotten, unless the channel is `durable`. Never rejects. */
  async unsubscribe(): Promise<void> {
    const { subscription, leave } = this.#parts;
    if (!subscription.isOn) return;
    subscription.stop();
    await leave();
  }

  /** Each message once; those of one priority in order. Returns the function that ends it. */
  onMessage(hear: (message: Message) => void): () => void {
    return this.#parts.events.message.add(hear);
  }

  /** Loss: what is missing and why. */
  onGap(hear: (gap: Gap) => void): () => void {
    return this.#parts.events.gap.add(hear);
  }

  /** Offsets that are not for this session: nothing is lost. */
  onSkip(hear: (skip: Skip) => void): () => void {
    return this.#parts.events.skip.add(hear);
  }

  /** Who comes, leaves or changes state. After a reconnect ask `presence()` anew. */
  onPresence(hear: (push: PresencePush) => void): () => void {
    return this.#parts.events.presence.add(hear);
  }

  /** The server ended the subscription, or refused to go on with it. */
  onError(hear: (error: CarillonError) => void): () => void {
    return this.#parts.events.error.add(hear);
  }

  /**
   * Publishes once. It is tried again under the same id as long as the server remembers that id;
   * without a connection it waits in the outbox.
   *
   * @param data JSON, or binary, or JSON that holds at most 8 binary parts; copied at once
   * @throws CarillonError with `outcome`: `failed`, or `unknown` when nobody can tell any more
   */
  publish(data: unknown, options: PublishOptions = {}): Promise<PublishReceipt> {
    return this.#parts.publish(data, options);
  }

  /** A page of what the channel keeps; the newest messages without a query. */
  history({ before, after, limit }: HistoryQuery = {}): Promise<HistoryReply> {
    return this.#parts.ask('history', {
      channel: this.name,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      ...(limit === undefined ? {} : { limit }),
    });
  }

  /** Who is in the channel now. */
  presence(): Promise<PresenceReply> {
    return this.#parts.ask('presence', { channel: this.name });
  }

  /** Sets what others see beside this user's name, at most 1 KiB; said again after a reconnect. */
  async updatePresence(state: unknown): Promise<void> {
    await this.#parts.ask('presence.update', { channel: this.name, state });
    if (this.#parts.subscription.isOn) this.#parts.subscription.keepPresence(state);
  }
}
