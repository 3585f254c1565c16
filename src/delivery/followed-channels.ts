import { Inject, Injectable } from '@nestjs/common';
import type { ChannelName } from '../protocol/channel-name.js';
import { CHANNEL_FEED, type ChannelFeed } from './channel-feed.port.js';
import { FollowedChannel } from './followed-channel.js';
import type { Subscription } from './subscription.js';

/** The channels with a subscriber on this instance. */
@Injectable()
export class FollowedChannels {
  readonly #channels = new Map<ChannelName, FollowedChannel>();
  readonly #pending = new Map<ChannelName, Promise<FollowedChannel>>();

  constructor(@Inject(CHANNEL_FEED) private readonly feed: ChannelFeed) {}

  get size(): number {
    return this.#channels.size;
  }

  get(name: ChannelName): FollowedChannel | undefined {
    return this.#channels.get(name);
  }

  /**
   * Follows the channel for this subscription, which must be taken out with `remove` whatever
   * happens next. Subscribers that come while it is being followed share the wait.
   */
  async add(subscription: Subscription): Promise<FollowedChannel> {
    const name = subscription.channel;
    const known = this.#channels.get(name);
    if (known) {
      known.all.add(subscription);
      return known;
    }
    let pending = this.#pending.get(name);
    if (!pending) {
      pending = this.#follow(name);
      this.#pending.set(name, pending);
    }
    const channel = await pending;
    // A subscriber before us may have left and taken the channel with it.
    if (this.#channels.get(name) !== channel) return this.add(subscription);
    channel.all.add(subscription);
    return channel;
  }

  remove(subscription: Subscription): void {
    const channel = this.#channels.get(subscription.channel);
    if (!channel) return;
    if (channel.all.delete(subscription) && channel.all.size === 0) this.#drop(channel);
  }

  async #follow(name: ChannelName): Promise<FollowedChannel> {
    try {
      const channel = new FollowedChannel(name, await this.feed.follow(name));
      this.#channels.set(name, channel);
      // Whoever waited takes its place in this same turn; if nobody is left, nothing keeps it.
      setImmediate(() => {
        if (channel.all.size === 0 && this.#channels.get(name) === channel) this.#drop(channel);
      });
      return channel;
    } finally {
      this.#pending.delete(name);
    }
  }

  #drop(channel: FollowedChannel): void {
    this.#channels.delete(channel.name);
    this.feed.unfollow(channel.name);
  }
}
