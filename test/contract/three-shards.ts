import { Redis } from 'ioredis';
import type { ChannelName } from '../../src/protocol/channel-name.js';
import { partitionOf } from '../../src/redis/keys.js';
import { slotOf } from '../../src/redis/slots.js';
import { register } from '../support/actors.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { newChannel } from './broker-under-test.js';
import { type MutingProxy, startMutingProxy } from './muting-proxy.js';

const SHARES = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const;

export interface Shard {
  readonly server: RedisServer;
  /** Instances reach the server by this alone. */
  readonly proxy: MutingProxy;
  readonly client: Redis;
  readonly id: string;
  /** A new channel that lies here, as long as nothing is moved. */
  channel(): ChannelName;
}

export interface ThreeShards {
  readonly urls: string[];
  readonly shards: readonly [Shard, Shard, Shard];
  /** Moves the slot of a channel, and all that is in it. */
  move(channel: ChannelName, from: Shard, to: Shard): Promise<void>;
}

/** A cluster of three primaries without replicas, each a third of the slots and behind a proxy. */
export async function startThreeShards(): Promise<ThreeShards> {
  const [a, b, c] = SHARES;
  const shards = await Promise.all([startShard(a), startShard(b), startShard(c)]);
  const [first, ...others] = shards;
  for (const { client } of others) await meet(client, first);
  await eventually('every shard knows the others', async () => {
    const told = await Promise.all(shards.map(({ client }) => client.cluster('INFO')));
    return told.every(
      (info) => info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3'),
    );
  });
  return {
    shards,
    urls: shards.map(({ proxy }) => proxy.url),
    move: (channel, from, to) => move(slotOfChannel(channel), shards, { from, to }),
  };
}

async function startShard([first, last]: (typeof SHARES)[number]): Promise<Shard> {
  const [port, busPort] = [await freePort(), await freePort()];
  const proxy = await startMutingProxy(port);
  const server = await startRedis({
    port,
    args: [
      ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort)],
      ...['--cluster-announce-ip', '127.0.0.1', '--cluster-announce-port', String(proxy.port)],
      ...['--cluster-announce-bus-port', String(busPort)],
      ...['--cluster-node-timeout', '1000', '--cluster-require-full-coverage', 'no'],
    ],
  });
  const client = new Redis(server.url);
  client.on('error', () => undefined);
  register({ name: 'a Redis client', end: () => client.disconnect() });
  await client.call('CLUSTER', 'ADDSLOTSRANGE', first, last);
  const isHere = (channel: ChannelName) => {
    const slot = slotOfChannel(channel);
    return first <= slot && slot <= last;
  };
  const channel = (): ChannelName => {
    for (;;) {
      const candidate = newChannel();
      if (isHere(candidate)) return candidate;
    }
  };
  return { server, proxy, client, id: await client.cluster('MYID'), channel };
}

async function meet(client: Redis, { server, client: other }: Shard): Promise<void> {
  const [, busPort] = await other.config('GET', 'cluster-port');
  await client.call('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort ?? '');
}

async function move(
  slot: number,
  shards: readonly Shard[],
  { from, to }: { from: Shard; to: Shard },
): Promise<void> {
  await to.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
  await from.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
  const keys = (await from.client.call('CLUSTER', 'GETKEYSINSLOT', slot, 1_000)) as string[];
  for (const key of keys) {
    await from.client.call('MIGRATE', '127.0.0.1', to.server.port, key, 0, 1_000);
  }
  for (const { client } of [to, from, ...shards]) {
    await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
  }
}

function slotOfChannel(channel: ChannelName): number {
  return slotOf(String(partitionOf(channel)));
}
