import type { Priority } from './message.js';

export interface PublishOptions {
  /** The key of deduplication, 1 to 128 printable characters; made when absent. */
  readonly id?: string | undefined;
  readonly priority?: Priority | undefined;
  /** How long the message is worth delivering, in milliseconds. */
  readonly ttlMs?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds on the cluster clock (`carillon.now()`): every subscriber shows it then. */
  readonly releaseAt?: number | undefined;
  /** False leaves this session out. */
  readonly echo?: boolean | undefined;
}

/** The place that a publish got. */
export interface PublishReceipt {
  id: string;
  channel: string;
  epoch: string;
  offset: number;
  /** Milliseconds on the cluster clock; that of the first publish for a duplicate. */
  at: number;
  /** An earlier try had already been stored. */
  duplicate: boolean;
  /**
   * How often the server refused it (rate limit, overload) or said `unavailable` and had not stored it,
   * before it took it: what was published later may then stand before it.
   */
  refusals: number;
}

/** What became of a publish that an earlier run of the application had left in the store. */
export interface RestoredOutcome {
  readonly channel: string;
  readonly id: string;
  readonly receipt?: PublishReceipt;
  readonly error?: Error;
}
