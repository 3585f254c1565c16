import { CarillonError } from './carillon-error.js';
import type { ChannelEvents } from './channel-events.js';
import { isRetryable } from './codes.js';
import type { Connection } from './connection.js';
import type { Environment } from './environment.js';
import type { Logger } from './logger.js';
import type { MessageStream } from './message-stream.js';
import type { OffsetRange } from './missing-offsets.js';
import type { ChannelOptions } from './options.js';
import { retryDelayMs } from './retry-delay.js';
import type { Push, Requests, SubscribeReply, UnsubscribedPush } from './wire.js';

/** What the first success of a subscription says. */
export interface SubscribeResult {
  /** False: something between `since` and now is missing, and `onGap` told what. */
  recovered: boolean;
  /** How many older messages follow before anything newer of the same or lower priority. */
  behind: number;
}

export interface SubscriptionParts {
  readonly channel: string;
  readonly connection: Connection;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly events: ChannelEvents;
  readonly stream: MessageStream;
  /** Brings back what a store keeps of this channel, if it is to keep it. */
  readonly restore: (durable: boolean) => Promise<void>;
  /** `isCurrent` may have become true. */
  readonly advanced: () => void;
}

/** Without a word for this long, what is `behind` has ended without being counted to the last. */
const QUIET_MS = 5_000;

interface Start {
  readonly promise: Promise<SubscribeResult>;
  readonly resolve: (result: SubscribeResult) => void;
  readonly reject: (error: CarillonError) => void;
}

/** Follows one channel over as many connections as it takes. */
export class Subscription {
  readonly #parts: SubscriptionParts;
  #options: ChannelOptions = {};
  #start: Start | null = null;
  #phase: 'off' | 'restoring' | 'waiting' | 'asking' | 'live' = 'off';
  /** Counts requests, so that an answer to an older one is known for what it is. */
  #round = 0;
  #failures = 0;
  #wasLive = false;
  #behind = 0;
  #heardSomething = false;
  #presence: { readonly state: unknown } | null = null;
  #stopTimer = () => {};

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  get isOn(): boolean {
    return this.#phase !== 'off';
  }

  /** Stands where the server stands, or is not wanted to. */
  get isCurrent(): boolean {
    return this.#phase === 'off' || (this.#phase === 'live' && this.#behind === 0);
  }

  start(options: ChannelOptions): Promise<SubscribeResult> {
    if (this.#start !== null) return this.#start.promise;
    const start = newStart();
    this.#start = start;
    this.#options = options;
    this.#phase = 'restoring';
    void this.#parts.restore(options.durable === true).then(() => {
      if (this.#start !== start) return;
      this.#phase = 'waiting';
      this.opened();
    });
    return start.promise;
  }

  /** Ends it; whoever still waits for the start hears `closed`. */
  stop(): void {
    const message = `The subscription of ${this.#parts.channel} was ended before it began.`;
    this.#end(new CarillonError('closed', message));
  }

  /** A session began: go on from where the last one ended. */
  opened(): void {
    if (this.#phase === 'off' || this.#phase === 'restoring') return;
    if (this.#parts.connection.isOpen) this.#ask();
  }

  /** The session ended. */
  ended(): void {
    this.#stopTimer();
    if (this.#phase !== 'asking' && this.#phase !== 'live') return;
    this.#phase = 'waiting';
    this.#round += 1;
  }

  /** The server will not have us: what never began ends; the rest goes on with the next session. */
  refuse(error: CarillonError): void {
    if (!this.#wasLive) this.#end(error);
  }

  /** What others see beside this user's name; said again with every new session. */
  keepPresence(state: unknown): void {
    this.#presence = { state };
  }

  /** Offsets are missing without a word: goes back to the last safe place. */
  seek(missing: readonly OffsetRange[]): void {
    const { logger, channel } = this.#parts;
    logger.warn(`${channel} passed over ${JSON.stringify(missing)}: it is subscribed again.`);
    this.#ask();
  }

  take(push: Push): void {
    if (push.name === 'presence') return this.#parts.events.presence.tell(push.payload);
    // Before the answer only the leavings of an older subscription can come; they come again.
    if (this.#phase !== 'live') return;
    this.#heardSomething = true;
    const { stream } = this.#parts;
    if (push.name === 'unsubscribed') return this.#unsubscribed(push.payload);
    if (push.name === 'message') {
      stream.receive(push.payload);
      if (push.payload.replayed) this.#cameUp(1);
      else if (push.payload.position !== undefined) this.#cameUp(this.#behind);
    }
    if (push.name === 'skip') {
      stream.skip(push.payload);
      this.#cameUp(push.payload.to - push.payload.from + 1);
    }
    if (push.name === 'gap') {
      stream.gap(push.payload);
      this.#cameUp(push.payload.count ?? 0);
    }
  }

  #ask(): void {
    const { channel, connection, stream } = this.#parts;
    this.#stopTimer();
    this.#phase = 'asking';
    this.#round += 1;
    const round = this.#round;
    const since = stream.position ?? this.#options.since;
    const { rewind } = this.#options;
    const request: Requests['subscribe'] = { channel };
    if (since !== undefined) request.since = since;
    // Only at the start: on the way back everything that is kept is wanted, not the last n.
    if (rewind !== undefined && !this.#wasLive) request.rewind = rewind;
    const isOwnPlace = stream.position !== null;
    connection.send('subscribe', request, (answer) => {
      if (round !== this.#round) return;
      if (answer.ok) this.#begin(answer.reply);
      else this.#refused(answer.error, isOwnPlace);
    });
  }

  #begin(reply: SubscribeReply): void {
    const { behind } = reply;
    const recovered = reply.recovered && !this.#parts.stream.hasLostPlace;
    this.#phase = 'live';
    this.#failures = 0;
    this.#wasLive = true;
    this.#behind = behind;
    this.#heardSomething = false;
    this.#parts.stream.begin(reply);
    // A listener may have ended the subscription in that turn.
    if (this.#phase !== 'live') return;
    this.#start?.resolve({ recovered, behind });
    this.#sayPresence();
    if (behind > 0) this.#watch();
    this.#parts.advanced();
  }

  #refused(error: CarillonError, isOwnPlace: boolean): void {
    const { connection, logger, stream, channel } = this.#parts;
    this.#phase = 'waiting';
    if (!connection.isOpen) return;
    if (isOwnPlace && error.code === 'invalid_request') {
      // It came from the store: nobody else would hand back what the server never said.
      logger.error(`The place kept for ${channel} cannot be read: it begins anew.`, error);
      stream.giveUpPlace();
      return this.#ask();
    }
    if (!error.retryable) return this.#end(error);
    this.#askLater(error);
  }

  #unsubscribed({ code, message }: UnsubscribedPush): void {
    const error = new CarillonError(code, message);
    if (!isRetryable(code)) return this.#end(error);
    this.#phase = 'waiting';
    this.#askLater(error);
  }

  #askLater(error: CarillonError): void {
    const { environment, logger, channel } = this.#parts;
    const waitMs = retryDelayMs(this.#failures, environment.random(), error.retryAfterMs);
    this.#failures += 1;
    logger.warn(`${channel} is subscribed again later: ${error.message}`);
    this.#stopTimer = environment.after(waitMs, () => this.opened());
  }

  #end(error: CarillonError): void {
    const { stream, events, advanced } = this.#parts;
    const start = this.#start;
    if (start === null) return;
    this.#stopTimer();
    this.#start = null;
    this.#phase = 'off';
    this.#round += 1;
    this.#failures = 0;
    this.#wasLive = false;
    this.#presence = null;
    if (this.#options.durable === true) stream.stop();
    else stream.reset();
    // Says nothing to a start that succeeded long ago.
    start.reject(error);
    if (error.code !== 'closed') events.error.tell(error);
    advanced();
  }

  #cameUp(by: number): void {
    if (this.#behind === 0) return;
    this.#behind = Math.max(0, this.#behind - by);
    if (this.#behind > 0) return;
    this.#stopTimer();
    this.#parts.advanced();
  }

  #watch(): void {
    this.#stopTimer = this.#parts.environment.after(QUIET_MS, () => {
      if (!this.#heardSomething) return this.#cameUp(this.#behind);
      this.#heardSomething = false;
      this.#watch();
    });
  }

  #sayPresence(): void {
    const { channel, connection, logger } = this.#parts;
    if (this.#presence === null) return;
    connection.send('presence.update', { channel, state: this.#presence.state }, (answer) => {
      if (!answer.ok) logger.warn(`Presence in ${channel}: ${answer.error.message}`);
    });
  }
}

function newStart(): Start {
  let resolve: Start['resolve'] = () => {};
  let reject: Start['reject'] = () => {};
  const promise = new Promise<SubscribeResult>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  // `onError` tells of it too, so an application need not await the promise.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
