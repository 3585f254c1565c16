import type { ChannelName } from '../protocol/channel-name.js';
import type { GapReason } from '../protocol/gap.js';
import type { LogEntry } from '../broker/log-entry.js';
import type { Position } from '../broker/position.js';

/** Makes the entries of a channel come to this instance, in order and without holes. */
export interface ChannelFeed {
  /**
   * Resolves when the channel is followed, with the place after which entries are handed on. What lies
   * up to that place is in the log. Rejects with `unavailable` when the broker does not confirm in time.
   */
  follow(channel: ChannelName): Promise<Position>;

  /**
   * Looks at the log of a followed channel again and marks what a failover took from it. Resolves when
   * that is done, or after a second when the broker does not answer. Never rejects.
   */
  verify(channel: ChannelName): Promise<void>;

  /** The instance has no more subscribers; the feed may go on for some seconds in case one comes back. */
  unfollow(channel: ChannelName): void;
}

export const CHANNEL_FEED = Symbol('ChannelFeed');

/** What the relay hands to delivery, in order for each channel. */
export type FeedItem =
  | {
      readonly kind: 'entry';
      readonly channel: ChannelName;
      readonly entry: LogEntry;
      /** It was read to fill a hole, of which there may be more than a connection has room for. */
      readonly isFill: boolean;
    }
  | {
      /** The history between two places cannot be had, or is not the one that was being followed. */
      readonly kind: 'break';
      readonly channel: ChannelName;
      readonly reason: GapReason;
      readonly to: Position;
    };

/** A passing note of a channel, for whoever follows it now. */
export interface FeedNote {
  readonly channel: ChannelName;
  readonly payload: string;
}

/** The broker was lost, or is back and every followed channel was re-checked. */
export interface FeedStatus {
  readonly state: 'degraded' | 'ok';
  readonly since: number;
}

/** The patterns of the relay microservice's events. */
export const FEED = { messages: 'messages', notes: 'notes', status: 'status' } as const;
