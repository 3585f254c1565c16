import type { Code } from '../codes.js';

/** The connection is closed after this; official clients come back by themselves when `reconnect`. */
export interface ClosingPush {
  code: Code;
  message: string;
  reconnect: boolean;
  retryAfterMs: number;
}

/** The server took this session off a channel. */
export interface UnsubscribedPush {
  channel: string;
  code: Code;
  message: string;
}
