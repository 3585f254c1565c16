export const GAP_REASONS = ['trimmed', 'purged', 'epoch', 'rewound', 'overflow'] as const;
export type GapReason = (typeof GAP_REASONS)[number];

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
  /** True: `history { after: gap.after }` returns what is missing, or what is kept of it and a gap of its own. */
  refill: boolean;
  /** Where the subscription stands after the gap. */
  position: string;
}

export const SKIP_REASONS = ['own', 'excluded', 'duplicate', 'expired'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Offsets that are not for this session; nothing is lost. */
export interface Skip {
  channel: string;
  from: number;
  to: number;
  position: string;
  reason: SkipReason;
}
