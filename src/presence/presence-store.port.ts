import type { ChannelName } from '../protocol/channel-name.js';
import type { Member } from '../protocol/commands/presence.js';
import type { PresencePush } from '../protocol/pushes/presence.js';

/**
 * Knows who is in which channel, in the whole cluster.
 *
 * Sessions are held by a *holder*: one life of one instance, under a name that is never used again.
 * A holder lives as long as its lease is renewed; when the lease has lapsed, anyone may claim the
 * holder and expel its sessions. Each change is decided in one atomic step, so that however many
 * instances act at once, one `join` and one `leave` come out for a user's stay.
 *
 * A user is in a channel while any of its clients is, a client while any of its sessions is,
 * whoever holds them. All times are milliseconds on the cluster clock and come from the caller.
 * Every call settles in bounded time; a `CarillonError` `unavailable` means an unknown outcome, and
 * every call may be repeated.
 */
export interface PresenceStore {
  /**
   * Sets the end of a lease. Resolves false when the store no longer has the lease as it was last
   * set: it lapsed and was claimed, or the store lost what it knew. The holder must not be used
   * again then.
   */
  renew(lease: Lease): Promise<boolean>;

  /** Lets a lease lapse at once, and makes sure that nothing the holder ever held is overlooked. */
  retire(holder: string, nowMs: number): Promise<void>;

  /** Adds a session. Resolves with the `join` when the user was not there, else null. Idempotent. */
  enter(holder: string, stay: Stay, nowMs: number): Promise<PresencePush | null>;

  /** Takes a session away. Resolves with the `leave` when the user is gone, else null. Idempotent. */
  leave(holder: string, stay: StayName): Promise<PresencePush | null>;

  /** Sets the state of a user. Resolves with the `update`, or null when that client is not there. */
  update(change: StateChange): Promise<PresencePush | null>;

  /** Users of a channel, `limit` of them at most, in no order; `total` counts all. */
  members(channel: ChannelName, limit: number): Promise<{ members: Member[]; total: number }>;

  find(channel: ChannelName, user: string): Promise<Member | null>;

  /**
   * One lapsed holder whose sessions the caller shall expel, or null. Nobody else gets it for the
   * next `CLAIM_MS`; then it is up again, unless it was expelled to the end.
   */
  claim(nowMs: number): Promise<string | null>;

  /** Takes away some of a lapsed holder's sessions: `limit` at most. Called again while `more`. */
  expel(holder: string, limit: number): Promise<{ changes: PresencePush[]; more: boolean }>;
}

export const PRESENCE_STORE = Symbol('PresenceStore');

/** Longer than a claimant needs between two expulsions, shorter than a watcher's patience. */
export const CLAIM_MS = 3_000;

export interface Lease {
  readonly holder: string;
  readonly untilMs: number;
  /** The end that was set last; null opens the lease. */
  readonly previousMs: number | null;
}

export interface StayName {
  readonly channel: ChannelName;
  readonly sessionId: string;
}

/** One session in one channel. */
export interface Stay extends StayName {
  readonly user: string;
  readonly client: string;
  readonly name: string | null;
}

export interface StateChange {
  readonly channel: ChannelName;
  readonly user: string;
  readonly client: string;
  /** JSON text, checked and short. */
  readonly state: string;
}
