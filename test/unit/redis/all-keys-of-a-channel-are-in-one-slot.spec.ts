import { expect, test } from '@jest/globals';
import { CHANNEL_KINDS } from '../../../src/redis/key-kinds.js';
import { Keys, partitionOf, PARTITIONS } from '../../../src/redis/keys.js';

const keys = new Keys('carillon');

test('the partition is a hash that every version computes alike', () => {
  // FNV-1a of the empty text, of "a" and of "foobar", as its authors publish them.
  expect(partitionOf('')).toBe(0x811c9dc5 % PARTITIONS);
  expect(partitionOf('a')).toBe(0xe40c292c % PARTITIONS);
  expect(partitionOf('foobar')).toBe(0xbf9cf968 % PARTITIONS);
});

test('every key of a channel, and of its partition, has the same hash tag', () => {
  const partition = partitionOf('chat:lobby');
  const kinds = Object.keys(CHANNEL_KINDS) as (keyof typeof CHANNEL_KINDS)[];
  const names = kinds.map((kind) => keys.ofChannel(kind, 'chat:lobby'));
  names.push(keys.ofPartition('life', partition));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(new RegExp(`^carillon:1:\\{${partition}\\}:`));
});

test('channels are spread over the partitions', () => {
  const used = new Set(Array.from({ length: 10_000 }, (_, n) => partitionOf(`chat:room-${n}`)));
  expect(used.size).toBeGreaterThan(PARTITIONS * 0.95);
});
