import { CarillonError } from './carillon-error.js';
import type { Connection } from './connection.js';
import type { Environment } from './environment.js';
import { PRIORITIES } from './message.js';
import type { PublishReceipt } from './publication.js';
import { retryDelayMs } from './retry-delay.js';
import type { ServerClock } from './server-clock.js';
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

export interface LaneParts {
  readonly connection: Connection;
  readonly environment: Environment;
  readonly clock: ServerClock;
  /** Notes `firstSentAt` where it survives; undefined where nothing does. */
  readonly beforeFirstSend?: ((publication: Publication) => Promise<void>) | undefined;
  readonly settled: (publication: Publication, outcome: PublishOutcome) => void;
  /** Nothing waits here any more. */
  readonly idle: () => void;
}

/** A resend needs time to arrive while the server still remembers the first try. */
const WINDOW_PART = 0.95;

/** The publishes of one channel: one under way, so that a retry cannot change their order. */
export class PublishLane {
  readonly #parts: LaneParts;
  readonly #waiting: Publication[] = [];
  #current: Publication | null = null;
  #isUnderWay = false;
  #stopRetry = () => {};
  #stopExpiry = () => {};

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  add(publication: Publication): void {
    this.#waiting.push(publication);
    this.#pump();
  }

  /** There is a session, or a better chance than before: try now. */
  tryNow(): void {
    this.#stopRetry();
    this.#stopRetry = () => {};
    if (!this.#isUnderWay) this.#next();
  }

  /** Settles everything that `picks` chooses with what is known of each. */
  reject(error: CarillonError, picks: (publication: Publication) => boolean = () => true): void {
    const rejected = this.#waiting.filter(picks);
    const kept = this.#waiting.filter((publication) => !rejected.includes(publication));
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    for (const publication of rejected) this.#tell(publication, failureOf(publication, error));
    const current = this.#current;
    if (current !== null && picks(current)) {
      if (this.#isUnderWay) current.mayHaveArrived = true;
      this.#settle(current, failureOf(current, error));
    }
    if (this.#current === null && this.#waiting.length === 0) this.#parts.idle();
  }

  #pump(): void {
    if (this.#current === null) this.#next();
  }

  #next(): void {
    if (!this.#parts.connection.isOpen) return;
    this.#current ??= this.#takeMostUrgent();
    if (this.#current === null) return this.#parts.idle();
    void this.#send(this.#current);
  }

  #takeMostUrgent(): Publication | null {
    let place = -1;
    let rank = Number.POSITIVE_INFINITY;
    for (const [index, { request }] of this.#waiting.entries()) {
      const candidate = PRIORITIES.indexOf(request.priority ?? 'normal');
      if (candidate < rank) [place, rank] = [index, candidate];
    }
    return place === -1 ? null : (this.#waiting.splice(place, 1)[0] ?? null);
  }

  async #send(publication: Publication): Promise<void> {
    const { connection, environment, clock, beforeFirstSend } = this.#parts;
    const refusal = this.#refusalOf(publication);
    if (refusal !== null) return this.#settle(publication, { error: refusal });
    this.#isUnderWay = true;
    const isFirst = publication.firstSentAt === null;
    publication.firstSentAt ??= clock.now();
    publication.firstSentMs ??= environment.monotonicMs();
    this.#expireInTime(publication);
    if (isFirst && beforeFirstSend !== undefined) await beforeFirstSend(publication);
    if (this.#current !== publication) return;
    connection.send('publish', publication.request, (answer) => {
      if (this.#current !== publication) return;
      this.#isUnderWay = false;
      if (answer.ok) this.#settle(publication, { receipt: answer.reply });
      else this.#failed(publication, answer.error);
    });
  }

  #failed(publication: Publication, error: CarillonError): void {
    if (error.outcome === 'unknown') publication.mayHaveArrived = true;
    if (!error.retryable) return this.#settle(publication, failureOf(publication, error));
    const { connection, environment } = this.#parts;
    if (!connection.isOpen) return;
    const waitMs = retryDelayMs(publication.failures, environment.random(), error.retryAfterMs);
    publication.failures += 1;
    this.#stopRetry = environment.after(waitMs, () => this.tryNow());
  }

  /** Why it must not be sent, or not again. */
  #refusalOf(publication: Publication): CarillonError | null {
    const { connection } = this.#parts;
    const maxBytes = connection.session?.limits.maxMessageBytes ?? Number.POSITIVE_INFINITY;
    if (publication.bytes > maxBytes) {
      // The server would close the connection over a packet that is much too large.
      const message = `The message is longer than ${maxBytes} bytes: send less, or in parts.`;
      return new CarillonError('message_too_large', message, { outcome: 'failed' });
    }
    return this.#leftMs(publication) <= 0 ? expired(publication) : null;
  }

  #expireInTime(publication: Publication): void {
    this.#stopExpiry();
    this.#stopExpiry = this.#parts.environment.after(this.#leftMs(publication), () => {
      if (this.#isUnderWay) publication.mayHaveArrived = true;
      this.#settle(publication, { error: expired(publication) });
    });
  }

  /** How long the server surely remembers the first try. */
  #leftMs({ firstSentAt, firstSentMs }: Publication): number {
    const { connection, environment, clock } = this.#parts;
    const dedupSeconds = connection.session?.limits.dedupSeconds ?? 0;
    // The larger of the two: one of them may have stood still while the device slept.
    const sinceMs = firstSentMs === null ? 0 : environment.monotonicMs() - firstSentMs;
    const since = firstSentAt === null ? 0 : clock.now() - firstSentAt;
    return dedupSeconds * 1_000 * WINDOW_PART - Math.max(since, sinceMs);
  }

  #settle(publication: Publication, outcome: PublishOutcome): void {
    if (this.#current !== publication) return;
    this.#stopRetry();
    this.#stopExpiry();
    this.#current = null;
    this.#isUnderWay = false;
    this.#tell(publication, outcome);
    this.#pump();
  }

  #tell(publication: Publication, outcome: PublishOutcome): void {
    this.#parts.settled(publication, outcome);
    publication.settle(outcome);
  }
}

function failureOf(publication: Publication, error: CarillonError): PublishOutcome {
  const isUnknown = publication.mayHaveArrived || error.outcome === 'unknown';
  return { error: error.withOutcome(isUnknown ? 'unknown' : 'failed') };
}

function expired({ mayHaveArrived }: Publication): CarillonError {
  const message = mayHaveArrived
    ? 'Nobody can tell any more whether the message was stored: look at the history.'
    : 'The message could not be stored for a long time: publish it again.';
  return new CarillonError('unavailable', message, {
    outcome: mayHaveArrived ? 'unknown' : 'failed',
  });
}
