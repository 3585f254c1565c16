import { CarillonError } from '../../protocol/carillon-error.js';
import { COMMAND_TIMEOUT_MS, reconnect, type RedisClient } from '../../redis/redis-client.js';
import { hasMessage } from '../../redis/redis-script.js';
import { brokerError } from './append-script.js';

/** For how long replicas are awaited: the answer must come before the call is given up. */
const WAIT_MS = COMMAND_TIMEOUT_MS - 200;

/** What a replica answers to WAIT. */
const ONLY_ON_PRIMARIES = 'cannot be used with replica instances';

/**
 * Resolves when as many replicas have what was sent on this connection before. It is the appender's own, and this
 * goes behind its calls: WAIT counts the replicas that have all that was written before it, so a
 * repeated id, too, is only confirmed when its message is safe.
 *
 * @throws CarillonError `unavailable` when they do not have it in time
 */
export async function confirmation(of: {
  readonly client: RedisClient;
  readonly replicas: number;
  readonly isSharded: boolean;
}): Promise<void> {
  const { client, replicas, isSharded } = of;
  if (replicas === 0) return;
  // WAIT names no key, so nothing would bring it to the node that wrote.
  if (isSharded) throw brokerError('replicas are not confirmed in cluster mode');
  const reached = Number(
    await client.call('WAIT', replicas, WAIT_MS).catch(leaveIfDemoted(client)),
  );
  if (reached >= replicas) return;
  throw new CarillonError(
    'unavailable',
    `Only ${reached} of ${replicas} replicas confirmed in time. Repeat with the same id.`,
    { retryAfterMs: 500 },
  );
}

/**
 * A demoted primary that knows an id already writes nothing, so it is not READONLY that tells of it: only
 * WAIT does. What follows must go to the new one.
 */
function leaveIfDemoted(client: RedisClient): (error: unknown) => never {
  return (error) => {
    if (hasMessage(error) && error.message.includes(ONLY_ON_PRIMARIES)) reconnect(client);
    throw error;
  };
}
