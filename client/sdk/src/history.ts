import type { Gap, ServerGapReason } from './gap.js';
import type { Message } from './message.js';

/** Messages before a position, after one, or the newest; at most `limit` (100, up to 1000). */
export interface HistoryQuery {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

export interface HistoryReply {
  /** Oldest first. To read further back hand the first one's `position` as `before`. */
  messages: Message[];
  /** More lie beyond this page in the direction that was asked. */
  more: boolean;
  /** That of the last of `messages`, else the one that was asked from. */
  position: string;
  /** What `after` can no longer be continued with. */
  gap?: Gap<ServerGapReason>;
}
