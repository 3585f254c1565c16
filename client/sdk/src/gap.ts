export type GapReason = 'trimmed' | 'purged' | 'epoch' | 'rewound' | 'overflow';

/** Loss, told. */
export interface Gap {
  channel: string;
  epoch: string;
  /** The position after which something is missing. */
  after: string;
  /** Inclusive offset ranges that are missing; null where they cannot be known. */
  ranges: [number, number][] | null;
  count: number | null;
  reason: GapReason;
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
