import { CarillonError } from '../../protocol/carillon-error.js';
import { type Keys, partitionOf } from '../../redis/keys.js';
import { COMMAND_TIMEOUT_MS, reconnect, type RedisClient } from '../../redis/redis-client.js';
import { hasMessage, isNoScript } from '../../redis/redis-script.js';
import { isRedirection, type Sent, sendWired, type Wired } from '../../redis/wired-command.js';
import type { Appended, Publication } from '../broker.port.js';
import { Gathering } from './gathering.js';
import { HotChannels } from './hot-channels.js';
import { appendScript, brokerError, readAppended } from './append-script.js';
import { AppendWays } from './append-ways.js';
import { AppendWire } from './append-wire.js';
import { confirmation } from './confirmation.js';
import { apart, callsOf, isUrgent } from './append-batches.js';
import { SLOT_OF_PARTITION } from './cluster-map.js';

/** Calls of an instance that publishes much are about this far apart, in milliseconds. */
const CALLS_APART_MS = 1;
/** As many in one call were worth that wait. */
const CALLS_APART_WORTH = 3;

/** What is urgent is expected back for so long, in milliseconds: where it takes longer, nothing makes room for it. */
const URGENT_NEAR_MS = 20;

/**
 * What may be on its way; beyond, a publish is refused instead of waiting. A call that was given up counts until its
 * reply has come or its connection has closed: it is in the queues of the client until then.
 */
const PENDING_MAX = 50_000;
const PENDING_BYTES_MAX = 67_108_864;
/** Of both, what may be taken by what is not `critical`: there is room for that when there is none for the rest. */
const SHARE_OF_OTHERS = 0.9;

/** A call that was turned away for so long, in milliseconds, is not sent again: whoever waits is told. */
const TURNED_AWAY_MS = COMMAND_TIMEOUT_MS;

interface Waiting {
  readonly publication: Publication;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: CarillonError) => void;
}

type Call = readonly Waiting[];

interface Departure {
  readonly call: Call;
  /** When it first left, on the monotonic clock, in milliseconds. */
  readonly leftAt: number;
  /** It was turned away before. */
  readonly isAgain: boolean;
}

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
  /** Each partition of a cluster is one; a single server, or what stands for it, is way 0. */
  readonly #ways: AppendWays<Call>;
  #callsUnderWay = 0;
  #pending = 0;
  #pendingBytes = 0;

  constructor(private readonly options: AppenderOptions) {
    const { keys, isSharded, joinWindowMs: windowMs } = options;
    this.#wire = new AppendWire(appendScript(), keys, isSharded ? 'SPUBLISH' : 'PUBLISH');
    this.#ways = new AppendWays({ nodeOf: (way) => nodeOf(options, way), isLed: isSharded });
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
    const { free, held } = this.#parted();
    const { urgent, others } = apart(free);
    // What is under way by now takes along what is held when it lands.
    this.#collected = [...held, ...others];
    if (urgent.length > 0) this.#run([...callsOf(urgent, this.options.isSharded)]);
  }

  #send(): void {
    const wasHeld = this.#hold !== null;
    if (this.#hold) clearTimeout(this.#hold);
    if (this.#turnEnd) clearImmediate(this.#turnEnd);
    this.#hold = null;
    this.#turnEnd = null;
    const { free, held } = this.#parted();
    if (free.length === 0) return;
    this.#collected = held;
    this.#hot.callEnds();
    const now = performance.now();
    if (wasHeld) this.#gathering.sentHeld(now, free.length, this.#lastAt);
    else this.#gathering.sentAtOnce(now);
    const { urgent, others } = apart(free);
    this.#run([...callsOf([...urgent, ...others], this.options.isSharded)]);
  }

  /** What may leave by now, and what must stay behind something that is under way. */
  #parted(): { free: Waiting[]; held: Waiting[] } {
    const all = this.#collected;
    // With replicas, one batch is under way at a time: the next one is larger for it.
    if (this.options.replicas > 0 && this.#callsUnderWay > 0) return { free: [], held: all };
    if (!this.options.isSharded) {
      return this.#ways.isFree(0) ? { free: all, held: [] } : { free: [], held: all };
    }
    const free: Waiting[] = [];
    const held: Waiting[] = [];
    for (const one of all) (this.#ways.isFree(this.#wayOf(one)) ? free : held).push(one);
    return { free, held };
  }

  #wayOf({ publication }: Waiting): number {
    return this.options.isSharded ? partitionOf(publication.channel) : 0;
  }

  #run(calls: readonly Call[]): void {
    const leftAt = performance.now();
    const departures = calls.map((call) => ({ call, leftAt, isAgain: false }));
    this.#leave(departures, 'EVALSHA');
  }

  #leave(departures: readonly Departure[], name: Wired['name']): void {
    const { client } = this.options;
    const sent = departures.map((departure) => {
      const { call, isAgain } = departure;
      const wired = this.#wire.callOf(
        call.map(({ publication }) => publication),
        name,
      );
      const way = call[0] ? this.#wayOf(call[0]) : 0;
      this.#ways.left(way, isAgain);
      return { departure, way, run: sendWired(client, wired, isAgain ? 'followed' : 'told') };
    });
    this.#callsUnderWay += departures.length;
    const confirmed = confirmation(this.options);
    for (const { departure, way, run } of sent) void this.#land(departure, way, run, confirmed);
  }

  async #land(
    { call, leftAt }: Departure,
    way: number,
    run: Sent,
    confirmed: Promise<void>,
  ): Promise<void> {
    const [ran, safe] = await Promise.allSettled([run.reply, confirmed]);
    this.#callsUnderWay -= 1;
    const isForgotten = ran.status === 'rejected' && isNoScript(ran.reason);
    if (isForgotten || (ran.status === 'rejected' && isRedirection(ran.reason))) {
      this.#ways.landed(way, { call, leftAt, isForgotten });
    } else {
      this.#ways.landed(way, null);
      run.whenOver(() => this.#forget(call));
      if (ran.status === 'rejected') refuse(call, ran.reason);
      else if (safe.status === 'rejected') refuse(call, safe.reason);
      else this.#settle(call, ran.value);
    }
    this.#goOn(way);
    // What is held, or is still coming in this turn, goes at its own time.
    if (this.#hold === null && this.#turnEnd === null) this.#send();
  }

  /** Sends again what was turned away, and has waited for what landed on this way. */
  #goOn(way: number): void {
    const { byText, late, next } = this.#ways.again(way, performance.now() - TURNED_AWAY_MS);
    for (const { call } of late) {
      this.#forget(call);
      refuse(call, brokerError('turned away for too long'));
    }
    const again = next.map((one) => ({ ...one, isAgain: true }));
    if (again.length > 0) this.#leave(again, byText ? 'EVAL' : 'EVALSHA');
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
}

/** Which node takes what is published to a partition, as far as the client knows; one server is always the same. */
function nodeOf({ client }: AppenderOptions, partition: number): string | null {
  if (!('slots' in client)) return '';
  return client.slots[SLOT_OF_PARTITION[partition] ?? 0]?.[0] ?? null;
}

function refuse(call: Call, reason: unknown): void {
  const refusal =
    reason instanceof CarillonError
      ? reason
      : brokerError(hasMessage(reason) ? reason.message : '');
  for (const waiting of call) waiting.reject(refusal);
}
