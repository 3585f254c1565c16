import { Buffer } from 'node:buffer';
import { Cluster } from 'ioredis';
import type { ChannelName } from '../../protocol/channel-name.js';
import type { Keys } from '../../redis/keys.js';
import type { RedisClient } from '../../redis/redis-client.js';
import { decodeEntry, type LogEntry } from '../log-entry.js';
import { Subscriptions } from './subscriptions.js';

/** First bytes of a note; an entry begins with its own version. */
const NOTE = Buffer.from('n1 ');
const BEAT = Buffer.from('b1');

export interface BusListener {
  entries(batch: readonly { readonly channel: ChannelName; readonly entry: LogEntry }[]): void;
  note(channel: ChannelName, payload: string): void;
  beat(): void;
  /** All that is followed was subscribed on a new connection; something may have been missed before. */
  connected(): void;
  lost(): void;
  /** Something of a format that this version does not know. */
  foreign(count: number): void;
}

/** What one instance hears: the bus channels of the channels that it follows, and of itself. */
export class Bus {
  readonly #channels = new Map<string, ChannelName>();
  readonly #subscriptions: Subscriptions;
  readonly #beatName: string;
  #arrived: { readonly channel: ChannelName; readonly entry: LogEntry }[] = [];

  constructor(
    client: RedisClient,
    private readonly keys: Keys,
    instanceId: string,
    private readonly listener: BusListener,
  ) {
    this.#beatName = keys.ofCluster('beat', instanceId);
    this.#subscriptions = new Subscriptions(client, {
      asserted: () => listener.connected(),
      lost: () => listener.lost(),
    });
    // Nobody waits for it: what counts is that the beats are heard.
    this.#subscriptions.add(this.#beatName).catch(() => undefined);
    const event = client instanceof Cluster ? 'smessageBuffer' : 'messageBuffer';
    client.on(event, (name: Buffer, message: Buffer) => this.#receive(name.toString(), message));
  }

  get isConnected(): boolean {
    return this.#subscriptions.isAsserted;
  }

  /** What a beat is published to. */
  get beatName(): string {
    return this.#beatName;
  }

  follow(channel: ChannelName): Promise<void> {
    const name = this.keys.ofChannel('bus', channel);
    this.#channels.set(name, channel);
    return this.#subscriptions.add(name);
  }

  unfollow(channel: ChannelName): void {
    const name = this.keys.ofChannel('bus', channel);
    this.#channels.delete(name);
    this.#subscriptions.remove(name);
  }

  renew(): void {
    this.#subscriptions.renew();
  }

  close(): void {
    this.#channels.clear();
    this.#subscriptions.close();
  }

  #receive(name: string, message: Buffer): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) {
      if (name === this.#beatName) this.listener.beat();
      return;
    }
    if (message[0] === NOTE[0]) {
      return this.listener.note(channel, message.toString('utf8', NOTE.length));
    }
    const entry = decodeEntry(message);
    if (!entry) return this.listener.foreign(1);
    // What came in one chunk goes on as one batch.
    if (this.#arrived.length === 0) queueMicrotask(() => this.#handOn());
    this.#arrived.push({ channel, entry });
  }

  #handOn(): void {
    const batch = this.#arrived;
    this.#arrived = [];
    this.listener.entries(batch);
  }
}

/** How a note is written on the bus. */
export function noteMessage(payload: string): Buffer {
  return Buffer.concat([NOTE, Buffer.from(payload, 'utf8')]);
}

export function beatMessage(): Buffer {
  return BEAT;
}
