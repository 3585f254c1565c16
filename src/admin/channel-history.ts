import type { ChannelFacts } from '../broker/broker.port.js';
import { formatPosition } from '../broker/position.js';

/** What a channel keeps, as REST tells of it. */
export interface ChannelHistory {
  channel: string;
  epoch: string;
  /** Of the newest message there ever was; 0 when there was none. */
  offset: number;
  position: string;
  history: {
    messages: number;
    bytes: number;
    /** Milliseconds on the cluster clock; null when nothing is kept. */
    oldestAt: number | null;
  };
}

export function channelHistory(channel: string, facts: ChannelFacts): ChannelHistory {
  const { epoch, top, messages, bytes, oldestAt } = facts;
  return {
    channel,
    epoch,
    offset: top.offset,
    position: formatPosition(top),
    history: { messages, bytes, oldestAt },
  };
}
