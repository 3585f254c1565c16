import { Inject, Injectable } from '@nestjs/common';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { setTimeout as delay } from 'node:timers/promises';
import { isObservable, lastValueFrom } from 'rxjs';
import type { ChannelName } from '../protocol/channel-name.js';
import { BROKER, type Broker, type BrokerListener } from '../broker/broker.port.js';
import type { LogEntry } from '../broker/log-entry.js';
import type { Position } from '../broker/position.js';
import { type ChannelFeed, FEED, type FeedItem } from '../delivery/channel-feed.port.js';
import { Metrics } from '../telemetry/metrics.js';
import { FollowedLog, type Step } from './followed-log.js';
import { LogReader } from './log-reader.js';

/** A channel is followed this much longer than its last subscriber stayed, in milliseconds. */
const LINGER_MS = 10_000;
const SWEEP_MS = 1_000;
const VERIFY_WITHIN_MS = 1_000;
/** Every followed channel's top is looked at once in so many sweeps, whatever was announced. */
const SWEEPS_FOR_ALL = 30;

interface Followed {
  readonly log: FollowedLog;
  readonly joined: Promise<Position>;
  /** When to stop, on the monotonic clock; null while there are subscribers. */
  leaveAt: number | null;
}

/**
 * The server side of the relay microservice: takes what the bus announces, puts it in order, fills
 * holes from the log and hands batches to the controller. One batch is under way at a time; what
 * comes meanwhile makes the next one.
 */
@Injectable()
export class RelayServer
  extends Server
  implements CustomTransportStrategy, ChannelFeed, BrokerListener
{
  readonly #channels = new Map<ChannelName, Followed>();
  readonly #reader: LogReader;
  #outgoing: FeedItem[] = [];
  #isPumping = false;
  #sweep: NodeJS.Timeout | null = null;
  #wasReady = false;
  #sweeps = 0;
  /** How often announcements may have been missed. */
  #misses = 0;

  constructor(
    @Inject(BROKER) private readonly broker: Broker,
    private readonly metrics: Metrics,
  ) {
    super();
    this.#reader = new LogReader(broker, {
      isWanted: (log) => this.#channels.get(log.channel)?.log === log,
      read: (log, page) => {
        if (page.continuity === 'continued') this.metrics.holesFilled.inc(page.entries.length);
        const step = log.read(page);
        this.#handOn(step);
        return step;
      },
      fenced: (log, fork) => this.#handOn(log.fenced(fork)),
    });
    this.initializeSerializer({});
    this.initializeDeserializer({});
  }

  listen(done: () => void): void {
    this.broker.start(this);
    this.#sweep = setInterval(() => {
      this.#leaveIdle();
      this.#checkSome();
    }, SWEEP_MS);
    this.#sweep.unref();
    done();
  }

  close(): void {
    if (this.#sweep) clearInterval(this.#sweep);
    this.#channels.clear();
    this._status$.complete();
  }

  on(): void {
    throw new Error('The relay emits no events of its own; its state is in the readiness.');
  }

  unwrap<T>(): T {
    return this.broker as T;
  }

  follow(channel: ChannelName): Promise<Position> {
    const known = this.#channels.get(channel);
    if (known) {
      known.leaveAt = null;
      return known.joined.then((start) => known.log.cursor ?? start);
    }
    const log = new FollowedLog(channel);
    const followed: Followed = { log, joined: this.#join(log), leaveAt: null };
    this.#channels.set(channel, followed);
    this.metrics.channelsFollowed.set(this.#channels.size);
    followed.joined.catch(() => {
      if (this.#channels.get(channel) === followed) this.#leave(channel);
    });
    return followed.joined;
  }

  verify(channel: ChannelName): Promise<void> {
    const log = this.#channels.get(channel)?.log;
    if (!log?.cursor) return Promise.resolve();
    const patience = delay(VERIFY_WITHIN_MS, undefined, { ref: false });
    return Promise.race([this.#reader.settledOf(log), patience]);
  }

  unfollow(channel: ChannelName): void {
    const followed = this.#channels.get(channel);
    if (followed) followed.leaveAt = performance.now() + LINGER_MS;
  }

  entries(batch: readonly { readonly channel: ChannelName; readonly entry: LogEntry }[]): void {
    for (const { channel, entry } of batch) {
      const followed = this.#channels.get(channel);
      if (followed) this.#step(followed.log, followed.log.announced(entry));
    }
  }

  note(channel: ChannelName, payload: string): void {
    if (this.#channels.has(channel)) void this.#dispatch(FEED.notes, { channel, payload });
  }

  missed(channels: readonly ChannelName[] | null): void {
    this.#misses += 1;
    for (const name of channels ?? this.#channels.keys()) {
      const log = this.#channels.get(name)?.log;
      if (log) this.#reader.askAnew(log);
    }
  }

  readiness(ready: boolean): void {
    this.metrics.brokerReady.set(ready ? 1 : 0);
    if (!ready) {
      this.#wasReady = false;
      void this.#dispatch(FEED.status, { state: 'degraded', since: Math.trunc(this.broker.now()) });
      return;
    }
    this.missed(null);
    // `ok` means: the broker, with every shard that it has, takes and announces, and each channel that
    // was followed then has been read to its end since, or could not be: it is read again by itself and
    // its readers get what is missing, in order, or a `gap`. It keeps nobody else from hearing of it.
    void this.#reader.looked().then(() => {
      if (this.#wasReady || !this.broker.isReady()) return;
      this.#wasReady = true;
      void this.#dispatch(FEED.status, { state: 'ok', since: Math.trunc(this.broker.now()) });
    });
  }

  async #join(log: FollowedLog): Promise<Position> {
    await this.broker.follow(log.channel);
    const before = this.#misses;
    const { facts } = await this.broker.read(log.channel, { from: 'top', limit: 1, maxBytes: 1 });
    this.#step(log, log.startAt(facts.top));
    // Nobody could ask for it while it had no place.
    if (before !== this.#misses) this.#reader.ask(log);
    // What was announced meanwhile is handed on by now: nobody is to wait for it who begins here.
    return log.cursor ?? facts.top;
  }

  #step(log: FollowedLog, step: Step): void {
    this.#handOn(step);
    if (step.mustRead) this.#reader.ask(log);
  }

  /** Queues what may go out. */
  #handOn({ items }: Step): void {
    if (items.length > 0) {
      this.#outgoing.push(...items);
      void this.#pump();
    }
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      // The rest of this turn joins the batch.
      await Promise.resolve();
      while (this.#outgoing.length > 0) {
        const batch = this.#outgoing;
        this.#outgoing = [];
        await this.#dispatch(FEED.messages, batch);
      }
    } finally {
      this.#isPumping = false;
    }
  }

  /**
   * Runs the handler to its end: Nest's own `handleEvent` parses the pattern as JSON for each event
   * and, with an interceptor bound, resolves before the handler has run.
   */
  async #dispatch(pattern: string, data: unknown): Promise<void> {
    const handler = this.messageHandlers.get(pattern);
    if (!handler) return;
    try {
      const result: unknown = await handler(data, undefined);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    } catch (error) {
      this.logger.error(error, `The relay's handler of '${pattern}' failed.`);
    }
  }

  #leaveIdle(): void {
    const now = performance.now();
    for (const [channel, { leaveAt }] of this.#channels) {
      if (leaveAt !== null && leaveAt <= now) this.#leave(channel);
    }
  }

  /** The safety net: finds what no announcement and no reconnect told of, an emptied store for one. */
  #checkSome(): void {
    if (!this.broker.isReady()) return;
    this.#sweeps += 1;
    let index = 0;
    for (const { log } of this.#channels.values()) {
      if ((index + this.#sweeps) % SWEEPS_FOR_ALL === 0) this.#reader.ask(log);
      index += 1;
    }
  }

  #leave(channel: ChannelName): void {
    this.#channels.delete(channel);
    this.metrics.channelsFollowed.set(this.#channels.size);
    this.broker.unfollow(channel);
  }
}
