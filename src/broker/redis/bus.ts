import { Buffer } from 'node:buffer';
import { Cluster, type Redis } from 'ioredis';
import type { ChannelName } from '../../protocol/channel-name.js';
import { type Keys, partitionOf } from '../../redis/keys.js';
import type { RedisClient } from '../../redis/redis-client.js';
import { decodeEntry, type LogEntry } from '../log-entry.js';
import { brokerError } from './append-script.js';
import { BusLink } from './bus-link.js';
import { ClusterMap } from './cluster-map.js';

/** First bytes of a note; an entry begins with its own version. */
const NOTE = Buffer.from('n1 ');
/** The one link where there is no cluster. */
const WHOLE = '';

export interface BusListener {
  entries(batch: readonly { readonly channel: ChannelName; readonly entry: LogEntry }[]): void;
  note(channel: ChannelName, payload: string): void;
  /** Announcements of these channels (null: of all) may have been missed, and are heard now. */
  missed(channels: readonly ChannelName[] | null): void;
  /** Something of a format that this version does not know. */
  foreign(count: number): void;
  /** `isSound` may have changed. */
  judge(): void;
}

export interface BusWires {
  readonly commands: RedisClient;
  /** Opens a connection for subscriptions, to this node of a cluster. */
  connect(node: string | null): Redis;
  /** Beats can be sent. */
  isOpen(): boolean;
  publish(name: string, message: Buffer): Promise<unknown>;
}

/**
 * What one instance hears: the bus channels of the channels that it follows, and its own beats. In a
 * cluster each primary that holds partitions has a link and a beat of its own, which lies in one of
 * those partitions; the bus is sound when all of them are.
 */
export class Bus {
  readonly #channels = new Map<string, ChannelName>();
  readonly #links = new Map<string, BusLink>();
  readonly #map: ClusterMap | null;
  readonly #beats = new Map<string, number>();
  #arrived: { readonly channel: ChannelName; readonly entry: LogEntry }[] = [];

  constructor(
    private readonly wires: BusWires,
    private readonly keys: Keys,
    private readonly instanceId: string,
    private readonly listener: BusListener,
  ) {
    const { commands } = wires;
    this.#map = commands instanceof Cluster ? new ClusterMap(commands, () => this.#redraw()) : null;
    if (!this.#map) this.#open(WHOLE, keys.ofCluster('beat', instanceId));
  }

  /** Every link brings what is published there. */
  get isSound(): boolean {
    return this.#links.size > 0 && [...this.#links.values()].every(({ isSound }) => isSound);
  }

  /** The link of this channel stands; whether it brings anything, the next beat tells. */
  stands(channel: ChannelName): boolean {
    return this.#linkOf(channel)?.isAsserted ?? false;
  }

  follow(channel: ChannelName): Promise<void> {
    const name = this.keys.ofChannel('bus', channel);
    this.#channels.set(name, channel);
    // Which server has it is not known yet: it is followed there as soon as that is.
    return this.#linkOf(channel)?.follow(name) ?? Promise.reject(brokerError('no such shard'));
  }

  unfollow(channel: ChannelName): void {
    const name = this.keys.ofChannel('bus', channel);
    this.#channels.delete(name);
    this.#linkOf(channel)?.unfollow(name);
  }

  beat(): void {
    for (const link of this.#links.values()) link.beat();
  }

  close(): void {
    this.#channels.clear();
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  #open(node: string, beatName: string): BusLink {
    const isSharded = node !== WHOLE;
    const link = new BusLink(this.wires.connect(isSharded ? node : null), isSharded, beatName, {
      isOpen: () => this.wires.isOpen(),
      publish: (name, message) => this.wires.publish(name, message),
      receive: (name, message) => this.#receive(name, message),
      asserted: (one) => this.listener.missed(this.#channelsOf(one)),
      doubt: () => this.#map?.doubt(),
      judge: () => this.listener.judge(),
    });
    this.#links.set(node, link);
    return link;
  }

  #linkOf(channel: ChannelName): BusLink | undefined {
    return this.#links.get(this.#map?.ownerOf(partitionOf(channel)) ?? WHOLE);
  }

  #channelsOf(link: BusLink): ChannelName[] | null {
    if (this.#links.size === 1) return null;
    return [...this.#channels.values()].filter((channel) => this.#linkOf(channel) === link);
  }

  /** Partitions have other primaries than before: what they carry goes with them. */
  #redraw(): void {
    const primaries = this.#map?.primaries() ?? new Map<string, readonly number[]>();
    for (const [node, link] of this.#links) {
      if (primaries.has(node)) continue;
      this.#links.delete(node);
      this.#beats.delete(node);
      link.close();
    }
    const names = new Map<string, string[]>([...primaries.keys()].map((node) => [node, []]));
    for (const [name, channel] of this.#channels) {
      names.get(this.#map?.ownerOf(partitionOf(channel)) ?? WHOLE)?.push(name);
    }
    for (const [node, partitions] of primaries) {
      const beatName = this.#beatOf(node, partitions);
      const link = this.#links.get(node) ?? this.#open(node, beatName);
      link.carry(names.get(node) ?? [], beatName);
    }
    this.listener.judge();
  }

  /** Stays where it is for as long as that primary holds the place. */
  #beatOf(node: string, partitions: readonly number[]): string {
    let partition = this.#beats.get(node) ?? -1;
    if (!partitions.includes(partition)) partition = partitions[0] ?? 0;
    this.#beats.set(node, partition);
    return this.keys.ofPartition('beat', partition, this.instanceId);
  }

  /** False: it is for no channel that is followed. */
  #receive(name: string, message: Buffer): boolean {
    const channel = this.#channels.get(name);
    if (channel === undefined) return false;
    if (message[0] === NOTE[0]) {
      this.listener.note(channel, message.toString('utf8', NOTE.length));
      return true;
    }
    const entry = decodeEntry(message);
    if (!entry) {
      this.listener.foreign(1);
      return true;
    }
    // What came in one chunk goes on as one batch.
    if (this.#arrived.length === 0) queueMicrotask(() => this.#handOn());
    this.#arrived.push({ channel, entry });
    return true;
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
