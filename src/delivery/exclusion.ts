import type { SkipReason } from '../protocol/gap.js';
import { type LogEntry, NO_EXTRA } from '../broker/log-entry.js';
import type { ChannelName } from '../protocol/channel-name.js';
import type { Session } from './session.js';

/** Why an entry is not for a session; null when it is, as far as is known before it is sent. */
export function exclusionOf(
  session: Session,
  channel: ChannelName,
  entry: LogEntry,
): SkipReason | null {
  if (entry.extra === NO_EXTRA) return null;
  const { own, except, broadcast } = entry.extra;
  if (own !== undefined && own === session.id) return 'own';
  if (except?.includes(session.user)) return 'excluded';
  if (broadcast !== undefined && session.hasBroadcast(broadcast, channel)) return 'duplicate';
  return null;
}

/** Whether a message is worth nothing any more. @param nowMs milliseconds on the cluster clock */
export function hasExpired({ at, ttlMs }: LogEntry, nowMs: number): boolean {
  return ttlMs > 0 && at + ttlMs <= nowMs;
}

/** The last word, in the moment of sending: false when it is a copy of a broadcast that was sent through another channel. */
export function mayLeave(session: Session, channel: ChannelName, { extra }: LogEntry): boolean {
  if (extra === NO_EXTRA || extra.broadcast === undefined) return true;
  return session.takesBroadcast(extra.broadcast, channel);
}
