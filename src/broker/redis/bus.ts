import { Buffer } from 'node:buffer';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import { CarillonError } from '../../protocol/carillon-error.js';
import type { ChannelName } from '../../protocol/channel-name.js';
import type { Keys } from '../../redis/keys.js';
import type { RedisClient } from '../../redis/redis-client.js';
import { decodeEntry, type LogEntry } from '../log-entry.js';

/** Names in one SUBSCRIBE. */
const BATCH = 512;
/** A follow that is not confirmed in this time is refused, in milliseconds. */
const FOLLOW_TIMEOUT_MS = 2_000;

/** First bytes of a note; an entry begins with its own version. */
const NOTE = Buffer.from('n1 ');

export interface BusListener {
  entries(batch: readonly { readonly channel: ChannelName; readonly entry: LogEntry }[]): void;
  note(channel: ChannelName, payload: string): void;
  beat(): void;
  /** All that is followed was re-subscribed on a new connection. */
  connected(): void;
  lost(): void;
  foreign(count: number): void;
}

/** The subscriptions of one instance: what is followed, asserted anew on every connection. */
export class Bus {
  readonly #followed = new Map<string, ChannelName>();
  readonly #confirmed = new Set<string>();
  readonly #beatName: string;
  #toSubscribe = new Map<string, ((confirmed: boolean) => void)[]>();
  #toUnsubscribe = new Set<string>();
  #isScheduled = false;
  #isConnected = false;
  #arrived: { readonly channel: ChannelName; readonly entry: LogEntry }[] = [];

  constructor(
    private readonly client: RedisClient,
    private readonly keys: Keys,
    instanceId: string,
    private readonly listener: BusListener,
  ) {
    this.#beatName = keys.ofCluster('beat', instanceId);
    const event = this.#isSharded ? 'smessageBuffer' : 'messageBuffer';
    client.on(event, (name: Buffer, message: Buffer) => this.#receive(name.toString(), message));
    client.on('ready', () => void this.#reassert());
    client.on('close', () => this.#lose());
  }

  get beatName(): string {
    return this.#beatName;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  get #isSharded(): boolean {
    return this.client instanceof Cluster;
  }

  /** Resolves when the subscription is confirmed; rejects with `unavailable` when that takes too long. */
  async follow(channel: ChannelName): Promise<void> {
    const name = this.keys.ofChannel('bus', channel);
    this.#toUnsubscribe.delete(name);
    this.#followed.set(name, channel);
    if (this.#confirmed.has(name)) return;
    const confirmed = await Promise.race([
      new Promise<boolean>((resolve) => {
        const waiting = this.#toSubscribe.get(name) ?? [];
        waiting.push(resolve);
        this.#toSubscribe.set(name, waiting);
        this.#schedule();
      }),
      delay(FOLLOW_TIMEOUT_MS, false, { ref: false }),
    ]);
    if (confirmed) return;
    throw new CarillonError('unavailable', 'The channel cannot be followed now. Try again.', {
      retryAfterMs: 500,
    });
  }

  unfollow(channel: ChannelName): void {
    const name = this.keys.ofChannel('bus', channel);
    if (!this.#followed.delete(name)) return;
    this.#confirmed.delete(name);
    for (const resolve of this.#toSubscribe.get(name) ?? []) resolve(false);
    this.#toSubscribe.delete(name);
    this.#toUnsubscribe.add(name);
    this.#schedule();
  }

  /** Ends this connection; the client makes a new one, on which everything is asserted anew. */
  reconnect(): void {
    if (this.client instanceof Cluster) this.client.disconnect(true);
    else this.client.disconnect(true);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    // Not connected: whoever waits is served by the next connection, or gives up.
    if (!this.#isConnected) return;
    const toSubscribe = this.#toSubscribe;
    const toUnsubscribe = [...this.#toUnsubscribe];
    this.#toSubscribe = new Map();
    this.#toUnsubscribe = new Set();
    const left = toUnsubscribe.length > 0 ? this.#unsubscribe(toUnsubscribe) : undefined;
    for (const names of batchesOf([...toSubscribe.keys()])) {
      const isConfirmed = await this.#subscribe(names);
      for (const name of names) {
        for (const resolve of toSubscribe.get(name) ?? []) resolve(isConfirmed);
      }
    }
    await left;
  }

  async #reassert(): Promise<void> {
    this.#confirmed.clear();
    this.#toUnsubscribe.clear();
    for (const names of batchesOf([this.#beatName, ...this.#followed.keys()])) {
      if (!(await this.#subscribe(names))) return this.reconnect();
    }
    this.#isConnected = true;
    await this.#flush();
    this.listener.connected();
  }

  #lose(): void {
    this.#confirmed.clear();
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.listener.lost();
  }

  async #subscribe(names: readonly string[]): Promise<boolean> {
    try {
      if (this.#isSharded) for (const name of names) await this.client.ssubscribe(name);
      else await this.client.subscribe(...names);
    } catch {
      // The connection went; the next one asserts all of it.
      return false;
    }
    for (const name of names) if (this.#followed.has(name)) this.#confirmed.add(name);
    return true;
  }

  async #unsubscribe(names: readonly string[]): Promise<void> {
    try {
      if (this.#isSharded) for (const name of names) await this.client.sunsubscribe(name);
      else await this.client.unsubscribe(...names);
    } catch {
      // The connection went, and its subscriptions with it.
    }
  }

  #receive(name: string, message: Buffer): void {
    if (name === this.#beatName) return this.listener.beat();
    const channel = this.#followed.get(name);
    if (channel === undefined) return;
    if (message.subarray(0, NOTE.length).equals(NOTE)) {
      return this.listener.note(channel, message.toString('utf8', NOTE.length));
    }
    const entry = decodeEntry(message);
    if (!entry) return this.listener.foreign(1);
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

function* batchesOf(names: readonly string[]): Iterable<readonly string[]> {
  for (let start = 0; start < names.length; start += BATCH) yield names.slice(start, start + BATCH);
}
