import { CarillonError } from './carillon-error.js';
import type { PublishReceipt } from './publication.js';
import type { Session } from './session.js';
import type { PublishRequest } from './wire.js';

export type PublishOutcome =
  { readonly receipt: PublishReceipt } | { readonly error: CarillonError };

/** One publish from the call to its outcome. */
export interface Publication {
  readonly request: PublishRequest;
  readonly bytes: number;
  /** On the cluster clock, when it was sent first; null before. Survives a restart. */
  firstSentAt: number | null;
  /** The same on the monotonic clock of this run. */
  firstSentMs: number | null;
  failures: number;
  /** Some try may have been stored. */
  mayHaveArrived: boolean;
  readonly settle: (outcome: PublishOutcome) => void;
}

/** A resend needs time to arrive while the server still remembers the first try. */
const WINDOW_PART = 0.95;

/** How long the server surely remembers the first try, in milliseconds. */
export function leftMs(
  { firstSentAt, firstSentMs }: Publication,
  now: { readonly clusterMs: number; readonly monotonicMs: number },
  dedupSeconds: number,
): number {
  // The larger of the two: one of them may have stood still while the device slept.
  const sinceMs = firstSentMs === null ? 0 : now.monotonicMs - firstSentMs;
  const since = firstSentAt === null ? 0 : now.clusterMs - firstSentAt;
  return dedupSeconds * 1_000 * WINDOW_PART - Math.max(since, sinceMs);
}

/** What the outcome is when one try failed: an earlier one may have been stored. */
export function failureOf(publication: Publication, error: CarillonError): PublishOutcome {
  const isUnknown = publication.mayHaveArrived || error.outcome === 'unknown';
  return { error: error.withOutcome(isUnknown ? 'unknown' : 'failed') };
}

/** The server may have forgotten the first try. */
export function expired({ mayHaveArrived }: Publication): CarillonError {
  const message = mayHaveArrived
    ? 'Nobody can tell any more whether the message was stored: look at the history.'
    : 'The message could not be stored for a long time: publish it again.';
  return new CarillonError('unavailable', message, {
    outcome: mayHaveArrived ? 'unknown' : 'failed',
  });
}

/** The server would close the connection over a packet that is much too large. Null: it fits. */
export function tooLong(
  { bytes, mayHaveArrived }: Publication,
  session: Session | null,
): CarillonError | null {
  const maxBytes = session?.limits.maxMessageBytes ?? Number.POSITIVE_INFINITY;
  if (bytes <= maxBytes) return null;
  const message = `The message is longer than ${maxBytes} bytes: send less, or in parts.`;
  return new CarillonError('message_too_large', message, {
    outcome: mayHaveArrived ? 'unknown' : 'failed',
  });
}
