import type { SkipReason } from '../protocol/gap.js';
import { type LogEntry, NO_EXTRA } from '../broker/log-entry.js';
import type { ChannelName } from '../protocol/channel-name.js';
import type { Session } from './session.js';

/** Why an entry is not for a session; null when it is. Remembers a broadcast that it lets through. */
export function exclusionOf(
  session: Session,
  channel: ChannelName,
  entry: LogEntry,
): SkipReason | null {
  if (entry.extra === NO_EXTRA) return null;
  const { own, except, broadcast } = entry.extra;
  if (own !== undefined && own === session.id) return 'own';
  if (except?.includes(session.user)) return 'excluded';
  if (broadcast !== undefined && !session.takesBroadcast(broadcast, channel)) return 'duplicate';
  return null;
}
