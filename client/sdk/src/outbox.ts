import { CarillonError } from './carillon-error.js';
import type { Connection } from './connection.js';
import type { Environment } from './environment.js';
import type { OutboxBounds } from './options.js';
import { type JournalEntry, type OutboxJournal, publishKey } from './outbox-journal.js';
import { takePayload } from './payload.js';
import type { PublishOptions, PublishReceipt, RestoredOutcome } from './publication.js';
import type { Publication, PublishOutcome } from './publish-attempts.js';
import { PublishLane } from './publish-lane.js';
import { retryDelayMs } from './retry-delay.js';
import type { ServerClock } from './server-clock.js';
import type { PublishRequest } from './wire.js';

export interface OutboxParts {
  readonly connection: Connection;
  readonly environment: Environment;
  readonly clock: ServerClock;
  readonly bounds: OutboxBounds;
  /** Null where nothing survives this run. */
  readonly journal: OutboxJournal | null;
  readonly restored: (outcome: RestoredOutcome) => void;
}

/** Every publish from the call to its outcome; bounded. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #lanes = new Map<string, PublishLane>();
  readonly #unsettled = new Map<Publication, string>();
  readonly #emptied = new Set<() => void>();
  #bytes = 0;
  /** Publishes of an earlier run, and whose they are. */
  #restored: { readonly user: string; readonly publications: ReadonlySet<Publication> } | null =
    null;
  /** The journal was read; before, nothing may be written to it. */
  #isJournaling = false;
  /** What is given up now stays in the journal for the next run. */
  #isEnding = false;
  #stopHurry = () => {};

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /**
   * Publishes once, over as many tries as it takes, under one id.
   *
   * @throws CarillonError with `outcome`: `overloaded` when the outbox is full
   */
  publish(channel: string, data: unknown, options: PublishOptions): Promise<PublishReceipt> {
    return new Promise((resolve, reject) => {
      const payload = takePayload(data);
      const request = requestOf(channel, payload.data, options, this.#parts.environment);
      const { messages, bytes } = this.#parts.bounds;
      if (this.#unsettled.size >= messages || this.#bytes + payload.bytes > bytes) {
        const message = 'Too many publishes wait for their answer: wait for some, then try again.';
        throw new CarillonError('overloaded', message, { outcome: 'failed' });
      }
      const settle = (outcome: PublishOutcome) => {
        if ('receipt' in outcome) resolve(outcome.receipt);
        else reject(outcome.error);
      };
      const publication = publicationOf(request, payload.bytes, null, settle);
      void this.#admit(publication, publishKey(this.#parts.environment.freshId()));
    });
  }

  /** Takes up what an earlier run left, before anything that was published since; nothing once it is over. */
  async restore(isCurrent: () => boolean): Promise<void> {
    const { journal } = this.#parts;
    if (journal === null || this.#isJournaling || !isCurrent()) return;
    const { user, entries } = await journal.load();
    if (!isCurrent()) return;
    const since = [...this.#unsettled];
    const publications = new Set<Publication>();
    // Nothing is under way before the first session, so the lanes can be filled anew.
    this.#lanes.clear();
    this.#unsettled.clear();
    this.#bytes = 0;
    this.#isJournaling = true;
    for (const [key, entry] of entries) {
      const publication = this.#found(entry);
      publications.add(publication);
      void this.#admit(publication, key);
    }
    for (const [publication, key] of since) void this.#admit(publication, key);
    if (user !== null) this.#restored = { user, publications };
  }

  /** Takes up what another client left, behind its own. False: there is no room now. */
  async adopt(entries: readonly JournalEntry[]): Promise<boolean> {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, this.#bytes);
    const { bounds, environment } = this.#parts;
    const isTooMuch = this.#unsettled.size + entries.length > bounds.messages;
    if (!this.#isJournaling || isTooMuch || bytes > bounds.bytes) return false;
    const notes = entries.map((entry) =>
      this.#admit(this.#found(entry), publishKey(environment.freshId())),
    );
    await Promise.all(notes);
    return true;
  }

  /** A session of `user` began. */
  opened(user: string): void {
    const restored = this.#restored;
    this.#restored = null;
    if (restored !== null && restored.user !== user) {
      const message = `It was to be published by ${restored.user}, who is no longer signed in.`;
      const error = new CarillonError('forbidden', message);
      this.#reject(error, (publication) => restored.publications.has(publication));
    }
    this.#parts.journal?.belongTo(user);
    for (const lane of [...this.#lanes.values()]) lane.tryNow();
  }

  /** The server's broker is back: retries need not wait any longer, but not all at once. */
  hurry(): void {
    const { environment } = this.#parts;
    this.#stopHurry();
    this.#stopHurry = environment.after(retryDelayMs(0, environment.random()), () => {
      for (const lane of [...this.#lanes.values()]) lane.tryNow();
    });
  }

  /** Resolves when everything is settled, or after `withinMs`. */
  settled(withinMs: number): Promise<void> {
    if (this.#unsettled.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        stopTimer();
        this.#emptied.delete(done);
        resolve();
      };
      const stopTimer = this.#parts.environment.after(withinMs, done);
      this.#emptied.add(done);
    });
  }

  /** The server will not have us: nothing that waits can be sent. */
  refuse(error: CarillonError): void {
    this.#reject(error);
  }

  /** This run ends: what the journal holds is taken up by the next one. */
  close(error: CarillonError): void {
    const willBeSent = this.#isJournaling;
    this.#isEnding = true;
    this.#reject(willBeSent ? error.withOutcome('unknown') : error);
    this.#isEnding = false;
    this.#isJournaling = false;
    this.#restored = null;
    this.#stopHurry();
  }

  #reject(error: CarillonError, picks?: (publication: Publication) => boolean): void {
    for (const lane of [...this.#lanes.values()]) lane.reject(error, picks);
  }

  /** One that a store had. */
  #found({ request, bytes, firstSentAt }: JournalEntry): Publication {
    const { channel, id } = request;
    const settle = (outcome: PublishOutcome) => this.#parts.restored({ channel, id, ...outcome });
    return publicationOf(request, bytes, firstSentAt, settle);
  }

  /** Resolves when it would survive the end of this run, where anything does. */
  #admit(publication: Publication, key: string): Promise<void> {
    this.#unsettled.set(publication, key);
    this.#bytes += publication.bytes;
    const noted = this.#note(publication);
    const { channel } = publication.request;
    const lane = this.#lanes.get(channel) ?? this.#newLane(channel);
    lane.add(publication);
    return noted;
  }

  #newLane(channel: string): PublishLane {
    const { connection, environment, clock, journal } = this.#parts;
    const lane: PublishLane = new PublishLane({
      connection,
      environment,
      clock,
      beforeFirstSend: journal === null ? undefined : (publication) => this.#note(publication),
      settled: (publication) => this.#forget(publication),
      idle: () => {
        if (this.#lanes.get(channel) === lane) this.#lanes.delete(channel);
      },
    });
    this.#lanes.set(channel, lane);
    return lane;
  }

  async #note(publication: Publication): Promise<void> {
    const { journal } = this.#parts;
    const key = this.#unsettled.get(publication);
    if (journal === null || key === undefined || !this.#isJournaling) return;
    const { request, bytes, firstSentAt } = publication;
    await journal.add(key, { request, bytes, firstSentAt });
  }

  #forget(publication: Publication): void {
    const key = this.#unsettled.get(publication);
    if (key === undefined) return;
    this.#unsettled.delete(publication);
    this.#bytes -= publication.bytes;
    if (!this.#isEnding) this.#parts.journal?.remove(key);
    if (this.#unsettled.size > 0) return;
    for (const tell of [...this.#emptied]) tell();
  }
}

function publicationOf(
  request: PublishRequest,
  bytes: number,
  firstSentAt: number | null,
  settle: (outcome: PublishOutcome) => void,
): Publication {
  // One that was sent by an earlier run may have arrived then.
  const mayHaveArrived = firstSentAt !== null;
  const counts = { failures: 0, refusals: 0, unconfirmed: 0 };
  return { request, bytes, firstSentAt, firstSentMs: null, ...counts, mayHaveArrived, settle };
}

function requestOf(
  channel: string,
  data: unknown,
  options: PublishOptions,
  environment: Environment,
): PublishRequest {
  const { id = environment.freshId(), priority, ttlMs, headers, releaseAt, echo } = options;
  return {
    channel,
    id,
    data,
    ...(priority === undefined ? {} : { priority }),
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    ...(releaseAt === undefined ? {} : { releaseAt }),
    ...(echo === undefined ? {} : { echo }),
  };
}
