import type { BroadcastBody } from '../protocol/admin/broadcast.js';
import type { ChannelName } from '../protocol/channel-name.js';
import type { PublishReply } from '../protocol/commands/publish.js';
import type { Principal } from '../identity/caller.js';

/** Puts one copy of a broadcast into one channel; implemented by the channels. */
export interface BroadcastPublisher {
  /**
   * Stores nothing.
   *
   * @throws CarillonError when no channel of this one's namespace would take the copy
   */
  requireFit(principal: Principal, channel: ChannelName, copy: BroadcastCopy): void;

  /**
   * Settles in bounded time. The same id from the same publisher is stored once for each channel.
   * Rejects with a `CarillonError`: `unavailable` means an unknown outcome, repeating is safe.
   */
  publishServer(
    principal: Principal,
    channel: ChannelName,
    copy: BroadcastCopy,
  ): Promise<PublishReply>;
}

export const BROADCAST_PUBLISHER = Symbol('BroadcastPublisher');

export interface BroadcastCopy {
  readonly id: string;
  /** JSON or a Buffer. */
  readonly data: unknown;
  readonly priority?: NonNullable<BroadcastBody['priority']>;
  readonly ttlMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds on the cluster clock. */
  readonly releaseAt?: number;
  /**
   * `releaseAt` was chosen by the server, so that a repeat of the same broadcast has another one: it
   * is no part of the content that decides between a duplicate and a conflict.
   */
  readonly releaseTogether?: true;
  readonly broadcast: { readonly id: string; readonly receipt: 'none' | 'counts' | 'users' };
  /** Users that the copy is not for. */
  readonly except?: readonly string[];
}
