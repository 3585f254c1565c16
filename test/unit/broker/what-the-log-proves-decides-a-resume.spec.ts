import { expect, test } from '@jest/globals';
import type { ChannelFacts, Continuity } from '../../../src/broker/broker.port.js';
import { CHANNEL_MEMORY_MS, continuityOf, type Evidence } from '../../../src/broker/continuity.js';
import { genesis, type Position } from '../../../src/broker/position.js';

const nowMs = 1_700_000_000_000;
const epoch = 'e'.repeat(16);
const chain = 'c'.repeat(16);

function at(offset: number, over: Partial<Position> = {}): Position {
  return { epoch, offset, chain, ...over };
}

/** A channel whose offsets 5 to 9 are kept. */
const facts: ChannelFacts = {
  epoch,
  top: at(9),
  floor: at(4),
  purgedTo: 0,
  messages: 5,
  bytes: 500,
  oldestAt: nowMs,
};
const empty: ChannelFacts = { ...facts, top: at(0), floor: at(0), messages: 0 };
const whole: ChannelFacts = { ...facts, floor: at(0), messages: 9 };
const purged: ChannelFacts = { ...facts, purgedTo: 4 };

const evidence: Evidence = {
  facts,
  bornAtMs: nowMs,
  chainAtOffset: chain,
  genesisEpoch: epoch,
  nowMs,
};
const never: Evidence = { ...evidence, facts: empty, bornAtMs: null, chainAtOffset: null };
const long = CHANNEL_MEMORY_MS + 1;

test.each<[string, Position, Partial<Evidence>, Continuity]>([
  ['at a kept entry', at(6), {}, 'continued'],
  ['at the top', at(9), {}, 'continued'],
  ['at the floor', at(4), {}, 'continued'],
  ['below the floor', at(3), {}, 'trimmed'],
  [
    'below the floor, but above what was purged',
    at(3),
    { facts: { ...facts, purgedTo: 2 } },
    'trimmed',
  ],
  ['below what was purged', at(3), { facts: purged }, 'purged'],
  ['at what was purged', at(4), { facts: purged }, 'continued'],
  ['above the top', at(10), {}, 'rewound'],
  ['with another chain', at(6, { chain: 'd'.repeat(16) }), {}, 'rewound'],
  ['where the log proves nothing', at(6), { chainAtOffset: null }, 'rewound'],
  ['in another epoch', at(6, { epoch: 'f'.repeat(16) }), {}, 'epoch'],
  ['in another epoch, above the top', at(99, { epoch: 'f'.repeat(16) }), {}, 'epoch'],
  ['in a channel that is not remembered', at(6), never, 'epoch'],
  ['at the genesis of a channel that is still empty', genesis(epoch, nowMs), never, 'continued'],
  ['at a genesis of another store', genesis('f'.repeat(16), nowMs), never, 'epoch'],
  ['at a genesis too long ago to know', genesis(epoch, nowMs - long), never, 'epoch'],
  [
    'at the genesis of a channel that keeps all',
    genesis(epoch, nowMs),
    { facts: whole },
    'continued',
  ],
  ['at the genesis of a channel that lost some', genesis(epoch, nowMs), {}, 'trimmed'],
  ['at the genesis of a purged channel', genesis(epoch, nowMs), { facts: purged }, 'purged'],
  [
    'at a genesis that the month of its birth no longer shares',
    genesis('a'.repeat(16), nowMs - 1_000),
    { facts: whole, genesisEpoch: 'a'.repeat(16) },
    'continued',
  ],
  [
    'at a genesis, with room for a forgotten life before this one',
    genesis(epoch, nowMs - long),
    { facts: whole },
    'epoch',
  ],
])('a reader %s', (_where, since, over, expected) => {
  expect(continuityOf(since, { ...evidence, ...over })).toBe(expected);
});
