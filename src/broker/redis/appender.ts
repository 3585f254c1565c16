import { CarillonError } from '../../protocol/carillon-error.js';
import type { Keys } from '../../redis/keys.js';
import { COMMAND_TIMEOUT_MS, reconnect, type RedisClient } from '../../redis/redis-client.js';
import { hasMessage, isNoScript } from '../../redis/redis-script.js';
import { type Sent, sendWired, type Wired } from '../../redis/wired-command.js';
import type { Appended, Publication } from '../broker.port.js';
import { Gathering } from './gathering.js';
import { HotChannels } from './hot-channels.js';
import { appendScript, brokerError, readAppended } from './append-script.js';
import { AppendWire } from './append-wire.js';
import { apart, callsOf, isUrgent } from './append-batches.js';

/** Calls of an instance that publishes much are about this far apart, in milliseconds. */
const CALLS_APART_MS = 1;
/** As many in one call were worth that wait. */
const CALLS_APART_WORTH = 3;

/** What is urgent is expected back for so long, in milliseconds: where it takes longer, nothing makes room for it. */
const URGENT_NEAR_MS = 20;

/** For how long replicas are awaited: the answer must come before the call is given up. */
const WAIT_MS = COMMAND_TIMEOUT_MS - 200;

/**
 * What may be on its way; beyond, a publish is refused instead of waiting. A call that was given up counts until its
 * reply has come or its connection has closed: it is in the queues of the client until then.
 */
const PENDING_MAX = 50_000;
const PENDING_BYTES_MAX = 67_108_864;
/** Of both, what may be taken by what is not `critical`: there is room for that when there is none for the rest. */
const SHARE_OF_OTHERS = 0.9;

/** What a replica answers to WAIT. */
const ONLY_ON_PRIMARIES = 'cannot be used with replica instances';

interface Waiting {
  readonly publication: Publication;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: CarillonError) => void;
}

type Call = readonly Waiting[];

export interface AppenderOptions {
  readonly client: RedisClient;
  readonly keys: Keys;
  /** Cluster: one call stays in one partition, and announces in it. */
  readonly isSharded: boolean;
  /** Replicas that must have a batch before it is acknowledged; 0: none. */
  readonly replicas: number;
  /** Publications of a hot channel wait so long for more, in milliseconds; 0: none waits. */
  readonly joinWindowMs: number;
}

/**
 * Sends the publications of one turn together, those of a channel in the order they came. Under load
 * calls are held back a little, where that makes them fewer. What is `critical` leaves before the end of the
 * turn, with what else came with it; more of it in the same turn waits for the end.
 */
export class Appender {
  readonly #wire: AppendWire;
  readonly #hot: HotChannels<Waiting>;
  readonly #gathering: Gathering;
  #collected: Waiting[] = [];
  /** When what is collected goes. */
  #turnEnd: NodeJS.Immediate | null = null;
  /** Something urgent has left before the end of this turn: what else is urgent in it waits for that. */
  #hasHurried = false;
  #urgentUnderWay = 0;
  /** Since when there is any, on the monotonic clock. */
  #urgentSince = 0;
  #hold: NodeJS.Timeout | null = null;
  /** When the last of it came. */
  #lastAt = 0;
  /** Calls that found the script forgotten, in order. */
  #unknown: Call[] = [];
  #callsUnderWay = 0;
  #pending = 0;
  #pendingBytes = 0;

  constructor(private readonly options: AppenderOptions) {
    const { keys, isSharded, joinWindowMs: windowMs } = options;
    this.#wire = new AppendWire(appendScript(), keys, isSharded ? 'SPUBLISH' : 'PUBLISH');
    this.#hot = new HotChannels({
      windowMs,
      now: () => performance.now(),
      release: (items) => this.#collect(items),
    });
    this.#gathering = new Gathering(Math.min(CALLS_APART_MS, windowMs), CALLS_APART_WORTH);
  }

  /** Something `critical` came a moment ago and is not confirmed yet. Not for long, however much of it there is. */
  get isUrgentNear(): boolean {
    return this.#urgentUnderWay > 0 && performance.now() - this.#urgentSince < URGENT_NEAR_MS;
  }

  append(publication: Publication): Promise<Appended> {
    const share = publication.lane === 0 ? 1 : SHARE_OF_OTHERS;
    const isFull = this.#pending >= PENDING_MAX * share;
    if (isFull || this.#pendingBytes >= PENDING_BYTES_MAX * share) {
      return Promise.reject(
        new CarillonError('overloaded', 'Too many publishes are on their way. Slow down.', {
          retryAfterMs: 500,
        }),
      );
    }
    this.#pending += 1;
    this.#pendingBytes += publication.draft.length;
    if (publication.lane === 0) {
      if (this.#urgentUnderWay === 0) this.#urgentSince = performance.now();
      this.#urgentUnderWay += 1;
    }
    return new Promise((resolve, reject) => {
      const waiting = { publication, resolve, reject };
      const { channel, lane } = publication;
      if (!this.#hot.holds(channel, waiting, lane === 0)) this.#collect([waiting]);
    });
  }

  #collect(items: readonly Waiting[]): void {
    this.#collected.push(...items);
    this.#lastAt = performance.now();
    const hasUrgent = items.some(isUrgent);
    if (hasUrgent && this.#mayHurry()) {
      this.#hasHurried = true;
      setImmediate(() => {
        this.#hasHurried = false;
      });
      // What else its read brings goes along.
      queueMicrotask(() => this.#hurry());
      return;
    }
    if (this.#turnEnd) return;
    const room = hasUrgent ? 0 : this.#gathering.room(this.#lastAt);
    // The end of the turn: what other sockets bring in it goes along.
    if (room === 0) this.#turnEnd = setImmediate(() => this.#send());
    else this.#hold ??= setTimeout(() => this.#send(), room);
  }

  /** Not with replicas: one batch is under way there at a time, and what comes a moment later would wait for all of it. */
  #mayHurry(): boolean {
    return !this.#hasHurried && this.options.replicas === 0;
  }

  /** Sends what is urgent, and of its channels what came before it; the rest goes at its own time. */
  #hurry(): void {
    // What is under way by now takes all of it along when it lands.
    if (this.#mustWait()) return;
    const { urgent, others } = apart(this.#collected);
    this.#collected = others;
    if (urgent.length > 0) this.#run([...callsOf(urgent, this.options.isSharded)], 'EVALSHA');
  }

  #send(): void {
    const wasHeld = this.#hold !== null;
    if (this.#hold) clearTimeout(this.#hold);
    if (this.#turnEnd) clearImmediate(this.#turnEnd);
    this.#hold = null;
    this.#turnEnd = null;
    if (this.#collected.length === 0 || this.#mustWait()) return;
    const all = this.#collected;
    this.#collected = [];
    this.#hot.callEnds();
    const now = performance.now();
    if (wasHeld) this.#gathering.sentHeld(now, all.length, this.#lastAt);
    else this.#gathering.sentAtOnce(now);
    const { urgent, others } = apart(all);
    this.#run([...callsOf([...urgent, ...others], this.options.isSharded)], 'EVALSHA');
  }

  /**
   * A call that found the script forgotten is sent again, so what came after it must stay behind it.
   * With replicas, one batch is under way at a time: the next one is larger for it.
   */
  #mustWait(): boolean {
    return this.#unknown.length > 0 || (this.options.replicas > 0 && this.#callsUnderWay > 0);
  }

  #run(calls: readonly Call[], name: Wired['name']): void {
    const sent = calls.map((call) => {
      const batch = call.map(({ publication }) => publication);
      return { call, run: sendWired(this.options.client, this.#wire.callOf(batch, name)) };
    });
    this.#callsUnderWay += calls.length;
    const confirmed = this.#confirmation();
    for (const { call, run } of sent) void this.#land(call, run, confirmed);
  }

  async #land(call: Call, run: Sent, confirmed: Promise<void>): Promise<void> {
    const [ran, confirmation] = await Promise.allSettled([run.reply, confirmed]);
    this.#callsUnderWay -= 1;
    if (ran.status === 'rejected' && isNoScript(ran.reason)) this.#unknown.push(call);
    else {
      run.whenOver(() => this.#forget(call));
      if (ran.status === 'rejected') refuse(call, ran.reason);
      else if (confirmation.status === 'rejected') refuse(call, confirmation.reason);
      else this.#settle(call, ran.value);
    }
    if (this.#callsUnderWay > 0) return;
    const unknown = this.#unknown;
    this.#unknown = [];
    if (unknown.length > 0) this.#run(unknown, 'EVAL');
    // What is held, or is still coming in this turn, goes at its own time.
    if (this.#hold === null && this.#turnEnd === null) this.#send();
  }

  #settle(call: Call, reply: unknown): void {
    let mustLeave = false;
    for (const [index, waiting] of call.entries()) {
      const result = readAppended(reply, index, waiting.publication);
      if (!(result instanceof CarillonError)) waiting.resolve(result);
      else {
        waiting.reject(result);
        mustLeave ||= String(result.hints.cause).includes('READONLY');
      }
    }
    // A demoted primary: what follows must go to the new one.
    if (mustLeave) reconnect(this.options.client);
  }

  #forget(call: Call): void {
    for (const { publication } of call) {
      this.#pending -= 1;
      this.#pendingBytes -= publication.draft.length;
      if (publication.lane === 0) this.#urgentUnderWay -= 1;
    }
  }

  /**
   * On this appender's own connection, behind its calls: WAIT counts the replicas that have all that
   * was written before it, so a repeated id, too, is only confirmed when its message is safe.
   */
  async #confirmation(): Promise<void> {
    const { client, replicas, isSharded } = this.options;
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
}

function refuse(call: Call, reason: unknown): void {
  const refusal =
    reason instanceof CarillonError
      ? reason
      : brokerError(hasMessage(reason) ? reason.message : '');
  for (const waiting of call) waiting.reject(refusal);
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
