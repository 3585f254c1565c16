/** Most urgent first. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** One publication as a subscriber or a history reader sees it. */
export interface Message {
  channel: string;
  /** Place in the channel: 1, 2, 3 …; never reused within an epoch. */
  offset: number;
  /** Safe to hand back as `since`; absent on a message that overtook lower offsets. */
  position?: string;
  id: string;
  /** JSON, or binary, or JSON that holds binary parts. */
  data: unknown;
  /** Milliseconds on the cluster clock. */
  at: number;
  /** Absent means `normal`. */
  priority?: Exclude<Priority, 'normal'>;
  /** Absent: published by REST. */
  from?: { user: string; name?: string };
  headers?: Readonly<Record<string, string>>;
  broadcast?: { id: string; receipt: 'none' | 'counts' | 'users' };
  /** Shown at this instant on the cluster clock, not before: the SDK holds it until then. */
  releaseAt?: number;
  replayed?: true;
}
