import type { Buffer } from 'node:buffer';
import type { ChannelName } from '../protocol/channel-name.js';
import type { LogEntry } from './log-entry.js';
import type { Position } from './position.js';

/**
 * Keeps the log of every channel and carries it between instances.
 *
 * The log is the truth, the announcement is a hint: `append` numbers, deduplicates, stores and
 * announces as one step, so whoever sees a message can also read it. Announcements of a followed
 * channel come in log order while nothing fails, and may be missing, repeated or late when something
 * does; whoever listens fills holes with `read`.
 *
 * Every call settles within a bounded time. A `CarillonError` with code `unavailable` means an unknown
 * outcome (repeating with the same id is safe), `overloaded` a definite refusal that may pass.
 */
export interface Broker {
  /**
   * Begins to connect and keeps trying. Does not wait for, nor fail without, a connection.
   * The listener's methods must not throw.
   */
  start(listener: BrokerListener): void;

  /**
   * Whether appends and announcements can be relied on now.
   *
   * @param channel whether the part of the broker that has this one is there, as far as is known;
   * without it, all of the broker, proven
   */
  isReady(channel?: ChannelName): boolean;

  /** Appends one publication. Calls of one turn are sent together, in the order they were made. */
  append(publication: Publication): Promise<Appended>;

  /**
   * Resolves when announcements of the channel are confirmed to reach this instance. Idempotent.
   * After a rejection it is still tried to follow, until `unfollow`.
   */
  follow(channel: ChannelName): Promise<void>;

  /** Announcements of the channel may stop. */
  unfollow(channel: ChannelName): void;

  /** One page of a channel's log with the facts about the channel at that same moment. */
  read(channel: ChannelName, query: ReadQuery): Promise<LogPage>;

  /** Throws the history away; epoch, offsets and deduplication stay, the floor rises to the top. */
  purge(channel: ChannelName): Promise<ChannelFacts>;

  /**
   * What this instance handed on is no longer in the log: a failover took the tail away. `had`: the
   * last places that it handed on, newest first, of one epoch and at least one.
   * Makes sure that every reader is told and that no lost offset is given again; idempotent. Resolves
   * with the last of those places that the log holds, from which readers go on without missing or
   * repeating anything; with a lower one where none of them is in the log; with null when the channel
   * is of another life.
   */
  fence(channel: ChannelName, had: readonly Position[]): Promise<Position | null>;

  /** Carries a passing note to every instance that follows the channel; it is not kept and may be lost. */
  note(channel: ChannelName, payload: string): Promise<void>;

  /** Milliseconds on the cluster clock. */
  now(): number;

  /** Whether something `critical` was appended here a moment ago, so that it will be announced at any moment. */
  isUrgentNear(): boolean;

  /** Ends every connection; calls in flight settle as `unavailable`. */
  close(): Promise<void>;
}

export const BROKER = Symbol('Broker');

export interface BrokerListener {
  /** Announced entries, in the order they came; a batch may mix channels. */
  entries(batch: readonly { readonly channel: ChannelName; readonly entry: LogEntry }[]): void;
  note(channel: ChannelName, payload: string): void;
  /** Announcements of these channels (all followed ones when null) may have been missed: read their tops. */
  missed(channels: readonly ChannelName[] | null): void;
  /** `isReady()` changed. */
  readiness(ready: boolean): void;
}

export interface Publication {
  readonly channel: ChannelName;
  /** Who publishes: the `sub` of a token, `key:<name>` or `service:<name>`. */
  readonly publisher: string;
  /** With the publisher and the channel: the key of deduplication. */
  readonly id: string;
  /** Hex digest of the content; the same id with another digest is a conflict. */
  readonly contentDigest: string;
  /** Made by `encodeDraft`. */
  readonly draft: Buffer;
  /** 0 for `critical` to 3 for `low`. */
  readonly lane: number;
  readonly rules: LogRules;
}

export interface LogRules {
  /** Messages kept at most. */
  readonly size: number;
  readonly ttlSeconds: number;
  /** Bytes of entries kept at most; the newest entry is kept whatever its size. */
  readonly maxBytes: number;
  /** An id is remembered at least this long, and the last 1,000 of the channel however old. */
  readonly dedupSeconds: number;
  readonly replicas: number;
}

export type Appended =
  | {
      readonly outcome: 'stored' | 'duplicate';
      readonly epoch: string;
      readonly offset: number;
      /** `at` of the stored entry: the first one's for a duplicate. */
      readonly at: number;
    }
  /** The id was used with other content. */
  | { readonly outcome: 'conflict' }
  /** 1,000,000 ids younger than `dedupSeconds` are remembered: nothing was stored. */
  | { readonly outcome: 'overloaded' };

export interface ReadQuery {
  /**
   * `after`: what follows the position, oldest first. `before`: what precedes its offset in the same
   * epoch, and nothing for another epoch. `last`: the newest. `top`: the facts alone.
   */
  readonly from:
    | { readonly after: Position }
    | { readonly before: Position }
    | { readonly last: number }
    | 'top';
  /** Entries at most; with 0 the page tells the facts and the continuity alone. */
  readonly limit: number;
  /** Bytes of entries at most; a page has at least one entry if there is one, and it may have any. */
  readonly maxBytes: number;
}

/** A channel at one moment. A channel that never held a message is at its genesis: offset 0. */
export interface ChannelFacts {
  readonly epoch: string;
  /** The newest entry. */
  readonly top: Position;
  /** The place just below the oldest entry that is kept; equal to `top` when none is. */
  readonly floor: Position;
  /** Offsets up to here were purged by an administrator; 0 when never. */
  readonly purgedTo: number;
  readonly messages: number;
  readonly bytes: number;
  /** `at` of the oldest kept entry; null when none is. */
  readonly oldestAt: number | null;
}

export interface LogPage {
  readonly facts: ChannelFacts;
  /** How the asked position relates to the log; `continued` for `last` and `top`, `continued` or `epoch` for `before`. */
  readonly continuity: Continuity;
  /**
   * The place after which the entries of an `after` lie: the asked one, or where a reader that could
   * not be continued goes on: below the tear that took the asked place, else the floor of the history
   * that is there now, because nothing tells how much of it the reader has had.
   */
  readonly resumeAt: Position;
  /** Oldest first. */
  readonly entries: readonly LogEntry[];
  /** More entries lie beyond this page in the direction that was asked. */
  readonly more: boolean;
}

/** Whether a reader at a position can go on, or what happened to the history under it. */
export type Continuity = 'continued' | 'trimmed' | 'purged' | 'epoch' | 'rewound';
