import type { CarillonError } from './carillon-error.js';
import type { Connection } from './connection.js';
import type { Environment } from './environment.js';
import { PRIORITIES } from './message.js';
import {
  expired,
  failureOf,
  leftMs,
  type Publication,
  type PublishOutcome,
  tooLong,
} from './publish-attempts.js';
import type { PublishReceipt } from './publication.js';
import { retryDelayMs } from './retry-delay.js';
import type { ServerClock } from './server-clock.js';
import { limitsIn } from './session.js';

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

/** Enough for a thousand in a second at a round trip of 30 ms; as many may have to be asked again. */
const UNDER_WAY_MAX = 32;

/** One that was sent at least once. */
interface Sent {
  /** An answer is awaited. */
  isUnderWay: boolean;
  /** A try came to nothing: the channel is held until the outcome is known. */
  isAgain: boolean;
  stopExpiry: () => void;
}

/**
 * The publishes of one channel. Many are under way while all goes well. Once one has to be tried again
 * nothing new is sent, and those without an outcome go one at a time, in the order they were first
 * sent: what was sent behind a lost one was lost with it, so retries keep the order.
 */
export class PublishLane {
  readonly #parts: LaneParts;
  /** Never sent. */
  readonly #waiting: Publication[] = [];
  /** Sent and not settled, in the order of their first try. */
  readonly #sent = new Map<Publication, Sent>();
  /** One is written to the store before its first try. */
  #isNoting = false;
  #retryAtMs = 0;
  #stopRetry: (() => void) | null = null;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  add(publication: Publication): void {
    // One that an earlier run sent has an unknown outcome.
    if (publication.firstSentAt === null) this.#waiting.push(publication);
    else this.#sent.set(publication, { isUnderWay: false, isAgain: true, stopExpiry: () => {} });
    this.#pump();
  }

  /** There is a session, or a better chance than before: try now. */
  tryNow(): void {
    this.#stopRetry?.();
    this.#stopRetry = null;
    this.#pump();
  }

  /** Settles everything that `picks` chooses with what is known of each. */
  reject(error: CarillonError, picks: (publication: Publication) => boolean = () => true): void {
    for (const publication of [...this.#sent.keys(), ...this.#waiting].filter(picks)) {
      if (this.#sent.get(publication)?.isUnderWay) publication.mayHaveArrived = true;
      this.#settle(publication, failureOf(publication, error));
    }
    this.#restIfDone();
  }

  #pump(): void {
    for (let next = this.#next(); next !== null; next = this.#next()) {
      if (!this.#begin(next)) return;
    }
    this.#restIfDone();
  }

  /** What can be sent now. */
  #next(): Publication | null {
    if (!this.#parts.connection.isOpen || this.#isNoting || this.#stopRetry !== null) return null;
    const all = [...this.#sent];
    const isHeld = all.some(([, { isAgain }]) => isAgain);
    if (isHeld && all.some(([, { isUnderWay }]) => isUnderWay)) return null;
    const stopped = all.find(([, { isUnderWay }]) => !isUnderWay);
    if (stopped !== undefined) return stopped[0];
    return all.length < UNDER_WAY_MAX ? this.#takeMostUrgent() : null;
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

  /** False: it goes on later by itself. */
  #begin(publication: Publication): boolean {
    const { environment, clock, connection, beforeFirstSend } = this.#parts;
    const refusal =
      tooLong(publication, connection.session) ??
      (this.#leftMs(publication) <= 0 ? expired(publication) : null);
    if (refusal !== null) {
      this.#settle(publication, { error: refusal });
      return true;
    }
    const isFirst = publication.firstSentAt === null;
    publication.firstSentAt ??= clock.earliest();
    publication.firstSentMs ??= environment.monotonicMs();
    const before = this.#sent.get(publication);
    before?.stopExpiry();
    const stopExpiry = environment.after(this.#leftMs(publication), () =>
      this.#expire(publication),
    );
    const sent = { isUnderWay: false, isAgain: before?.isAgain ?? false, stopExpiry };
    this.#sent.set(publication, sent);
    if (!isFirst || beforeFirstSend === undefined) {
      this.#send(publication, sent);
      return true;
    }
    this.#isNoting = true;
    void beforeFirstSend(publication).then(() => {
      this.#isNoting = false;
      // It is the next, unless one before it failed while it was written.
      this.#pump();
    });
    return false;
  }

  #send(publication: Publication, sent: Sent): void {
    sent.isUnderWay = true;
    this.#parts.connection.send('publish', publication.request, (answer) => {
      if (this.#sent.get(publication) !== sent || !sent.isUnderWay) return;
      sent.isUnderWay = false;
      if (answer.ok) this.#settle(publication, { receipt: receiptOf(publication, answer.reply) });
      else {
        // What was sent behind one that was cut off was cut off with it, and goes again behind it.
        if (answer.isSaid && answer.error.outcome === 'unknown') publication.unconfirmed += 1;
        this.#failed(publication, sent, answer.error);
      }
      this.#pump();
    });
  }

  #failed(publication: Publication, sent: Sent, error: CarillonError): void {
    if (error.outcome === 'unknown') publication.mayHaveArrived = true;
    if (error.outcome !== 'unknown') publication.refusals += 1;
    if (!error.retryable) return this.#settle(publication, failureOf(publication, error));
    sent.isAgain = true;
    const { connection, environment } = this.#parts;
    if (!connection.isOpen) return;
    const waitMs = retryDelayMs(publication.failures, environment.random(), error.retryAfterMs);
    publication.failures += 1;
    const nowMs = environment.monotonicMs();
    // Of several waits the longest: the server named each for a reason.
    this.#retryAtMs = Math.max(this.#stopRetry === null ? 0 : this.#retryAtMs, nowMs + waitMs);
    this.#stopRetry?.();
    this.#stopRetry = environment.after(this.#retryAtMs - nowMs, () => this.tryNow());
  }

  #expire(publication: Publication): void {
    if (this.#sent.get(publication)?.isUnderWay) publication.mayHaveArrived = true;
    this.#settle(publication, { error: expired(publication) });
    this.#pump();
  }

  #leftMs(publication: Publication): number {
    const { connection, environment, clock } = this.#parts;
    const now = { clusterMs: clock.latest(), monotonicMs: environment.monotonicMs() };
    const { session } = connection;
    const { channel } = publication.request;
    return leftMs(publication, now, session === null ? 0 : limitsIn(session, channel).dedupSeconds);
  }

  #settle(publication: Publication, outcome: PublishOutcome): void {
    this.#sent.get(publication)?.stopExpiry();
    this.#sent.delete(publication);
    const place = this.#waiting.indexOf(publication);
    if (place !== -1) this.#waiting.splice(place, 1);
    this.#parts.settled(publication, outcome);
    publication.settle(outcome);
  }

  #restIfDone(): void {
    if (this.#sent.size > 0 || this.#waiting.length > 0) return;
    this.#stopRetry?.();
    this.#stopRetry = null;
    this.#parts.idle();
  }
}

function receiptOf(
  { refusals, unconfirmed }: Publication,
  reply: Omit<PublishReceipt, 'refusals'>,
): PublishReceipt {
  return { ...reply, refusals: reply.duplicate ? refusals : refusals + unconfirmed };
}
