import { randomBytes } from 'node:crypto';
import { Cluster } from 'ioredis';
import type { ChannelName } from '../../protocol/channel-name.js';
import type { RedisConfig } from '../../config/config.js';
import { Keys } from '../../redis/keys.js';
import {
  connectForCommands,
  connectForSubscriptions,
  disconnect,
  type RedisClient,
} from '../../redis/redis-client.js';
import { hasMessage } from '../../redis/redis-script.js';
import type {
  Appended,
  Broker,
  BrokerListener,
  ChannelFacts,
  LogPage,
  Publication,
  ReadQuery,
} from '../broker.port.js';
import type { Position } from '../position.js';
import { brokerError } from './append-script.js';
import { Appender } from './appender.js';
import { Bus, noteMessage } from './bus.js';
import { ClusterClock } from './cluster-clock.js';
import { LogReading } from './log-reading.js';

const BEAT_MS = 500;
/** A bus that has not brought a beat for so long is dead, whatever its socket says. */
const SILENCE_MS = 1_200;
/** A beat that Redis has taken is heard in this time, if it is ever heard. */
const HEARD_WITHIN_MS = 250;
const CLOCK_EVERY_BEATS = 10;

export interface RedisBrokerOptions {
  readonly redis: RedisConfig;
  readonly instanceId: string;
  /** Told of entries of a format that this version does not know. */
  readonly foreign: (count: number) => void;
}

/** The broker that joins instances: logs, announcements and one clock in Redis. */
export class RedisBroker implements Broker {
  readonly #options: RedisBrokerOptions;
  readonly #keys: Keys;
  readonly #newLife = randomBytes(8).toString('hex');
  readonly #commands: RedisClient;
  readonly #clock: ClusterClock;
  readonly #reading: LogReading;
  readonly #appenders = new Map<number, { appender: Appender; client: RedisClient }>();
  #bus: Bus | null = null;
  #subscriber: RedisClient | null = null;
  #listener: BrokerListener | null = null;
  #beats: NodeJS.Timeout | null = null;
  #beatCount = 0;
  #lastBeatAt = Number.NEGATIVE_INFINITY;
  #beatTakenAt = Number.NEGATIVE_INFINITY;
  #listeningSince = Number.POSITIVE_INFINITY;
  #isReady = false;

  constructor(options: RedisBrokerOptions) {
    this.#options = options;
    this.#keys = new Keys(options.redis.prefix);
    this.#commands = connectForCommands(options.redis);
    this.#clock = new ClusterClock(this.#commands);
    this.#reading = new LogReading(this.#commands, this.#keys, this.#newLife, options.foreign);
    this.#commands.on('ready', () => this.#commandsReady());
    this.#commands.on('close', () => this.#judge());
  }

  start(listener: BrokerListener): void {
    this.#listener = listener;
    this.#subscriber = connectForSubscriptions(this.#options.redis);
    this.#bus = new Bus(this.#subscriber, this.#keys, this.#options.instanceId, {
      entries: (batch) => listener.entries(batch),
      note: (channel, payload) => listener.note(channel, payload),
      foreign: this.#options.foreign,
      beat: () => {
        this.#lastBeatAt = performance.now();
        this.#judge();
      },
      connected: () => {
        this.#listeningSince = performance.now();
        listener.missed(null);
        this.#beat();
      },
      lost: () => {
        this.#lastBeatAt = Number.NEGATIVE_INFINITY;
        this.#judge();
      },
    });
    this.#beats = setInterval(() => this.#beat(), BEAT_MS);
    this.#beats.unref();
  }

  isReady(): boolean {
    return this.#isReady;
  }

  append(publication: Publication): Promise<Appended> {
    return this.#appenderFor(publication.rules.replicas).append(publication);
  }

  follow(channel: ChannelName): Promise<void> {
    return this.#bus?.follow(channel) ?? Promise.reject(brokerError('not started'));
  }

  unfollow(channel: ChannelName): void {
    this.#bus?.unfollow(channel);
  }

  read(channel: ChannelName, query: ReadQuery): Promise<LogPage> {
    return this.#reading.read(channel, query);
  }

  purge(channel: ChannelName): Promise<ChannelFacts> {
    return this.#reading.purge(channel);
  }

  fence(channel: ChannelName, lost: Position): Promise<void> {
    const isSharded = this.#commands instanceof Cluster;
    return this.#reading.fence(channel, lost, isSharded ? 'SPUBLISH' : 'PUBLISH');
  }

  async note(channel: ChannelName, payload: string): Promise<void> {
    const name = this.#keys.ofChannel('bus', channel);
    try {
      await this.#publish(name, noteMessage(payload));
    } catch (error) {
      throw brokerError(hasMessage(error) ? error.message : '');
    }
  }

  now(): number {
    return this.#clock.now();
  }

  async close(): Promise<void> {
    if (this.#beats) clearInterval(this.#beats);
    this.#listener = null;
    if (this.#subscriber) disconnect(this.#subscriber);
    for (const { client } of this.#appenders.values()) disconnect(client);
    disconnect(this.#commands);
  }

  #appenderFor(replicas: number): Appender {
    const known = this.#appenders.get(replicas);
    if (known) return known.appender;
    // WAIT stalls what is behind it, so namespaces with replicas have a connection of their own.
    const client = replicas > 0 ? connectForCommands(this.#options.redis) : this.#commands;
    const appender = new Appender({
      client,
      keys: this.#keys,
      isSharded: this.#commands instanceof Cluster,
      newLife: this.#newLife,
      replicas,
    });
    this.#appenders.set(replicas, { appender, client });
    return appender;
  }

  #commandsReady(): void {
    this.#clock.forget();
    void this.#sampleClock();
    // Another server may have answered, with another history.
    this.#listener?.missed(null);
    this.#beat();
  }

  /** Sends a beat through Redis to this instance's own subscriber, and judges by the last one. */
  #beat(): void {
    this.#judge();
    const { status } = this.#commands;
    if (!this.#bus || status !== 'ready') return;
    if (this.#isDeaf()) this.#bus.reconnect();
    this.#publish(this.#bus.beatName, Buffer.from('b1')).then(
      () => {
        this.#beatTakenAt = performance.now();
      },
      () => this.#judge(),
    );
    if (this.#beatCount % CLOCK_EVERY_BEATS === 0) void this.#sampleClock();
    this.#beatCount += 1;
  }

  /** Redis takes beats, but the subscriber has heard none for too long. */
  #isDeaf(): boolean {
    if (!this.#bus?.isConnected) return false;
    const heardAt = Math.max(this.#lastBeatAt, this.#listeningSince);
    const isSilent = performance.now() - heardAt > SILENCE_MS;
    return isSilent && this.#beatTakenAt - heardAt > HEARD_WITHIN_MS;
  }

  async #sampleClock(): Promise<void> {
    try {
      await this.#clock.sample();
    } catch {
      // Redis is away, which the beats will tell; the last offset still holds.
    }
  }

  #publish(name: string, message: Buffer): Promise<unknown> {
    return this.#commands instanceof Cluster
      ? this.#commands.spublish(name, message)
      : this.#commands.publish(name, message);
  }

  #judge(): void {
    const isFresh = performance.now() - this.#lastBeatAt <= SILENCE_MS;
    const isReady =
      this.#commands.status === 'ready' && (this.#bus?.isConnected ?? false) && isFresh;
    if (isReady === this.#isReady) return;
    this.#isReady = isReady;
    this.#listener?.readiness(isReady);
  }
}
