import type { Buffer } from 'node:buffer';
import { Cluster } from 'ioredis';
import type { ChannelName } from '../../protocol/channel-name.js';
import type { RedisConfig } from '../../config/config.js';
import type { Keys } from '../../redis/keys.js';
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

const CLOCK_EVERY_MS = 2_500;

export interface RedisBrokerOptions {
  readonly redis: RedisConfig;
  readonly keys: Keys;
  readonly instanceId: string;
  /** Publications of a hot channel wait so long for more, in milliseconds; 0: none waits. */
  readonly joinWindowMs: number;
  /** How many replicas namespaces ask for: the connections for those are opened at the start. */
  readonly replicas: readonly number[];
  /** Told of entries of a format that this version does not know. */
  readonly foreign: (count: number) => void;
}

/** The broker that joins instances: logs, announcements and one clock in Redis. */
export class RedisBroker implements Broker {
  readonly #options: RedisBrokerOptions;
  readonly #keys: Keys;
  readonly #commands: RedisClient;
  readonly #clock: ClusterClock;
  readonly #reading: LogReading;
  readonly #appenders = new Map<number, { appender: Appender; client: RedisClient }>();
  #bus: Bus | null = null;
  #listener: BrokerListener | null = null;
  #clockTicks: NodeJS.Timeout | null = null;
  #isReady = false;

  constructor(options: RedisBrokerOptions) {
    this.#options = options;
    this.#keys = options.keys;
    this.#commands = connectForCommands(options.redis, true);
    this.#clock = new ClusterClock(this.#commands);
    this.#reading = new LogReading(this.#commands, this.#keys, options.foreign);
  }

  start(listener: BrokerListener): void {
    this.#listener = listener;
    this.#commands.on('ready', () => this.#commandsReady());
    this.#commands.on('close', () => this.#judge());
    // It goes on trying by itself, and tells by its events.
    this.#commands.connect().catch(() => undefined);
    // Opened by the first publish, they would refuse it.
    for (const replicas of this.#options.replicas) this.#appenderFor(replicas);
    const wires = {
      commands: this.#commands,
      connect: (node: string | null) => connectForSubscriptions(this.#options.redis, node),
      isOpen: () => this.#isOpen(),
      publish: (name: string, message: Buffer) => this.#publish(name, message),
    };
    this.#bus = new Bus(wires, this.#keys, this.#options.instanceId, {
      entries: (batch) => listener.entries(batch),
      note: (channel, payload) => listener.note(channel, payload),
      missed: (channels) => listener.missed(channels),
      foreign: this.#options.foreign,
      judge: () => this.#judge(),
    });
    this.#clockTicks = setInterval(() => this.#sampleClock(), CLOCK_EVERY_MS);
    this.#clockTicks.unref();
  }

  isReady(channel?: ChannelName): boolean {
    if (channel === undefined || this.#isReady) return this.#isReady;
    return this.#isOpen() && (this.#bus?.stands(channel) ?? false);
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

  fence(channel: ChannelName, had: readonly Position[]): Promise<Position | null> {
    const isSharded = this.#commands instanceof Cluster;
    return this.#reading.fence(channel, had, isSharded ? 'SPUBLISH' : 'PUBLISH');
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

  isUrgentNear(): boolean {
    for (const { appender } of this.#appenders.values()) if (appender.isUrgentNear) return true;
    return false;
  }

  async close(): Promise<void> {
    if (this.#clockTicks) clearInterval(this.#clockTicks);
    this.#listener = null;
    this.#bus?.close();
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
      replicas,
      joinWindowMs: this.#options.joinWindowMs,
    });
    this.#appenders.set(replicas, { appender, client });
    if (client === this.#commands) return appender;
    client.on('ready', () => this.#judge());
    client.on('close', () => this.#judge());
    return appender;
  }

  #commandsReady(): void {
    this.#clock.forget();
    this.#sampleClock();
    // Another server may have answered, with another history.
    this.#listener?.missed(null);
    this.#bus?.beat();
  }

  #sampleClock(): void {
    if (this.#commands.status !== 'ready') return;
    this.#clock.sample().catch(() => {
      // Redis is away, which the beats will tell; the last offset still holds.
    });
  }

  #publish(name: string, message: Buffer): Promise<unknown> {
    return this.#commands instanceof Cluster
      ? this.#commands.spublish(name, message)
      : this.#commands.publish(name, message);
  }

  #isOpen(): boolean {
    const appenders = [...this.#appenders.values()];
    return (
      this.#commands.status === 'ready' &&
      appenders.every(({ client }) => client.status === 'ready')
    );
  }

  #judge(): void {
    const isReady = this.#isOpen() && (this.#bus?.isSound ?? false);
    if (isReady === this.#isReady) return;
    this.#isReady = isReady;
    this.#listener?.readiness(isReady);
  }
}
