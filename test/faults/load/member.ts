import type { Inbox } from './inbox.js';

/** One client of a crowd: it follows one channel and comes back by itself. */
export interface Member {
  readonly channel: string;
  readonly inbox: Inbox;
  /** The instance that it is connected to, or tries. */
  readonly instance: number;
  /** When it last stood where the server stands, on the monotonic clock; null: it does not now. */
  readonly liveNs: number | null;
  /** Resolves when it is live for the first time. */
  open(): Promise<void>;
  /** Resets its connection, as a proxy that dies. */
  cut(): void;
  /** Stops reading, for good. */
  stall(): void;
  close(): Promise<void>;
}

export interface MemberParts {
  readonly name: string;
  readonly channel: string;
  readonly token: string;
  readonly urls: readonly string[];
  /** Which of the urls it starts with. */
  readonly instance: number;
}
