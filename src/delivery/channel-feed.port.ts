import type { ChannelName } from '../protocol/channel-name.js';
import type { Position } from '../broker/position.js';

/** Makes the entries of a channel come to this instance, in order and without holes. */
export interface ChannelFeed {
  /**
   * Resolves when the channel is followed, with the place after which entries are handed on. What lies
   * up to that place is in the log. Rejects with `unavailable` when the broker does not confirm in time.
   */
  follow(channel: ChannelName): Promise<Position>;

  /** The instance has no more subscribers; the feed may go on for some seconds in case one comes back. */
  unfollow(channel: ChannelName): void;
}

export const CHANNEL_FEED = Symbol('ChannelFeed');
