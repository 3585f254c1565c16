import { Buffer } from 'node:buffer';
import { Remembered } from '../kernel/remembered.js';
import { CHANNEL_KINDS, type ChannelKeyKind } from './key-kinds.js';

/** Partitions of the key space; the same on one Redis as on a cluster, so that data can be moved. */
export const PARTITIONS = 1024;

/** Written into every name: another layout gets another number. */
const LAYOUT = 1;

/** Channels whose names are remembered; beyond, the one that came first is forgotten. */
const KNOWN_MAX = 5_000;

/** The keys of one channel, and that of the life of its partition. */
export type ChannelKeys = Readonly<Record<ChannelKeyKind | 'life', string>>;

/**
 * Every key and bus channel that Carillon uses: `<prefix>:1:{<partition>}:<kind>:<name>`. The hash tag is
 * the partition, so all keys of a channel are in one slot, and so are those of its neighbours.
 */
export class Keys {
  readonly #known = new Remembered<ChannelKeys>(KNOWN_MAX);

  constructor(private readonly prefix: string) {}

  /** A key of one channel. */
  ofChannel(kind: ChannelKeyKind, channel: string): string {
    return this.allOf(channel)[kind];
  }

  /** All keys of one channel, which are asked for again and again. */
  allOf(channel: string): ChannelKeys {
    return this.#known.of(channel, () => this.#namesOf(channel));
  }

  #namesOf(channel: string): ChannelKeys {
    const partition = partitionOf(channel);
    const keyOf = (kind: ChannelKeyKind) =>
      this.ofPartition(CHANNEL_KINDS[kind], partition, channel);
    // Written out: objects that are put together field by field have each a shape of their own.
    return {
      meta: keyOf('meta'),
      log: keyOf('log'),
      ids: keyOf('ids'),
      idOrder: keyOf('idOrder'),
      bus: keyOf('bus'),
      members: keyOf('members'),
      clients: keyOf('clients'),
      life: this.ofPartition('life', partition),
    };
  }

  /** A key of one partition; with a name where it has several of a kind: its end, which scripts rely on. */
  ofPartition(kind: string, partition: number, name?: string): string {
    // Joined, because a name that was put together by templates is kept in all its pieces.
    const parts = [this.prefix, ':', LAYOUT, ':{', partition, '}:', kind];
    if (name !== undefined) parts.push(':', name);
    return parts.join('');
  }

  /** A key of the whole cluster: all of a feature in one slot under its own tag. */
  ofCluster(feature: string, name: string): string {
    return `${this.prefix}:${LAYOUT}:{${feature}}:${name}`;
  }
}

/** FNV-1a over the UTF-8 bytes, spread over the partitions. */
export function partitionOf(channel: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(channel, 'utf8')) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0) % PARTITIONS;
}
