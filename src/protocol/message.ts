import type { Priority } from './priority.js';

/** One publication as a subscriber, a history reader or a REST client sees it. */
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
  /** Show at this instant on the cluster clock, not before. */
  releaseAt?: number;
  replayed?: true;
}
