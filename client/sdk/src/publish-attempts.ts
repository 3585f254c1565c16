import { CarillonError } from './carillon-error.js';
import type { PublishReceipt } from './publication.js';
import { limitsIn, type Session } from './session.js';
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
  /** Of the failures those that surely stored nothing. */
  refusals: number;
  /** Of the failures those that the server could not confirm: if it is stored later, they stored nothing. */
  unconfirmed: number;
  /** Some try may have been stored. */
  mayHaveArrived: boolean;
  readonly settle: (outcome: PublishOutcome) => void;
}

/** A resend must arrive while the server still remembers the first try: clocks may differ by this part. */
const RESERVE_PART = 0.05;
/** What takes longer on its way finds its connection closed by the server's heartbeat. */
const ARRIVAL_MS = 10_000;

/** How long the server surely remembers the first try, in milliseconds. */
export function leftMs(
  { firstSentAt, firstSentMs }: Publication,
  now: { readonly clusterMs: number; readonly monotonicMs: number },
  dedupSeconds: number,
): number {
  // The larger of the two: one of them may have stood still while the device slept.
  const sinceMs = firstSentMs === null ? 0 : now.monotonicMs - firstSentMs;
  const since = firstSentAt === null ? 0 : now.clusterMs - firstSentAt;
  const windowMs = dedupSeconds * 1_000;
  // Of a short window no more than half: some retry should remain.
  const reserveMs = Math.min(Math.max(windowMs * RESERVE_PART, ARRIVAL_MS), windowMs / 2);
  return windowMs - reserveMs - Math.max(since, sinceMs);
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
  { bytes, mayHaveArrived, request }: Publication,
  session: Session | null,
): CarillonError | null {
  if (session === null) return null;
  const maxBytes = limitsIn(session, request.channel).maxMessageBytes;
  if (bytes <= maxBytes) return null;
  const message = `The message is longer than ${maxBytes} bytes: send less, or in parts.`;
  return new CarillonError('message_too_large', message, {
    outcome: mayHaveArrived ? 'unknown' : 'failed',
  });
}
