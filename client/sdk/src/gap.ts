/** Why the server says that something is missing. */
export type ServerGapReason = 'trimmed' | 'purged' | 'epoch' | 'rewound' | 'overflow';

/**
 * Beside the server's reasons two of the SDK's own. `hole`: the server passed over offsets without a
 * word, also when it was asked again. `unreadable`: the place that the store kept could not be read,
 * so the subscription began anew.
 */
export type GapReason = ServerGapReason | 'hole' | 'unreadable';

/** Loss, told. */
export interface Gap<Reason extends GapReason = GapReason> {
  channel: string;
  epoch: string;
  /** The position after which something is missing; empty where it could not be read. */
  after: string;
  /** Inclusive offset ranges that are missing; null where they cannot be known. */
  ranges: [number, number][] | null;
  count: number | null;
  reason: Reason;
  /** True: `channel.history({ after: gap.after })` returns what is missing. */
  refill: boolean;
  /** Where the subscription stands after the gap. */
  position: string;
}

export type SkipReason = 'own' | 'excluded' | 'duplicate' | 'expired';

/** Offsets that are not for this session; nothing is lost. */
export interface Skip {
  channel: string;
  from: number;
  to: number;
  position: string;
  reason: SkipReason;
}
