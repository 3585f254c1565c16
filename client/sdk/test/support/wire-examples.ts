import type { Gap, ServerGapReason } from '../../src/gap.js';
import type { Message } from '../../src/message.js';
import type { Session } from '../../src/session.js';
import type { SubscribeReply } from '../../src/wire.js';

export const LOBBY = 'chat:lobby';

export function session(change: Partial<Session> = {}): Session {
  return {
    sessionId: 's1',
    client: 'c1',
    instance: 'i1',
    user: 'ann',
    expiresAt: null,
    serverTime: 1_700_000_000_000,
    channels: [],
    limits: { maxMessageBytes: 65_536, channels: 200, dedupSeconds: 600, publishPerSecond: 50 },
    ...change,
  };
}

/** Message `offset` of the lobby, with a position that names it. */
export function message(offset: number, change: Partial<Message> = {}): Message {
  return {
    channel: LOBBY,
    offset,
    position: `p${offset}`,
    id: `m${offset}`,
    data: offset,
    at: 1_700_000_000_000 + offset,
    ...change,
  };
}

/** The same message as it overtakes others. */
export function overtaking(offset: number, change: Partial<Message> = {}): Message {
  const { position: _none, ...rest } = message(offset, { priority: 'critical', ...change });
  return rest;
}

export function subscribed(change: Partial<SubscribeReply> = {}): SubscribeReply {
  return {
    channel: LOBBY,
    epoch: 'e1',
    position: 'p0',
    recovered: true,
    messages: [],
    behind: 0,
    ...change,
  };
}

export function gap(change: Partial<Gap<ServerGapReason>> = {}): Gap<ServerGapReason> {
  return {
    channel: LOBBY,
    epoch: 'e1',
    after: 'p0',
    ranges: [[1, 2]],
    count: 2,
    reason: 'trimmed',
    refill: false,
    position: 'p2',
    ...change,
  };
}
