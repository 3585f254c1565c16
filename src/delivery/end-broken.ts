import { Logger } from '@nestjs/common';
import type { Metrics } from '../telemetry/metrics.js';
import type { Session } from './session.js';

/** Whoever was ended together does not come back together, in milliseconds. */
const RETRY_SPREAD_MS = 1_000;

const logger = new Logger('Delivery');

/**
 * Ends a connection that threw while it was written to: something was not sent that nobody will send
 * again, so nothing may follow it. It comes back and resumes; no other one suffers. Once for each.
 */
export function endBroken(session: Session, error: unknown, metrics: Metrics): void {
  if (session.outbox.isOver) return;
  session.end();
  metrics.dropped('broken');
  logger.error(error, 'A connection could not be served; it is closed, and may resume.');
  try {
    session.wire.close({
      code: 'internal',
      message: 'This connection could not be continued. Reconnect and resume.',
      reconnect: true,
      retryAfterMs: Math.trunc(Math.random() * RETRY_SPREAD_MS),
    });
  } catch (failure) {
    // Whoever ends one connection has others to see to; what is left of this one ends with its heartbeat.
    logger.error(failure, 'A broken connection could not be closed.');
  }
}
