import type { ChannelFacts, Continuity } from './broker.port.js';
import { genesisTime, type Position } from './position.js';

/** An idle channel's epoch, top and chain outlive its last publish by this much, or by its retention. */
export const CHANNEL_MEMORY_MS = 30 * 86_400_000;

/** What a broker knows about one asked position, beside the channel's facts. */
export interface Evidence {
  readonly facts: ChannelFacts;
  /** When the channel's numbering began; null for a channel that is not remembered to have held a message. */
  readonly bornAtMs: number | null;
  /** The chain at the asked offset as the log proves it; null when it cannot. */
  readonly chainAtOffset: string | null;
  /** The genesis epoch that the channel's store gives for the position's time. */
  readonly genesisEpoch: string;
  readonly nowMs: number;
}

/**
 * Decides whether a reader that stands at `since` can go on. Pure, and the same for every broker.
 *
 * A genesis position is continued by the first life of the channel in the same store: everything it
 * ever held comes after it. A position with an offset must have the channel's epoch, must not lie
 * above its top, and the chain at its offset must be the one it remembers.
 */
export function continuityOf(since: Position, evidence: Evidence): Continuity {
  const { facts, bornAtMs, chainAtOffset, genesisEpoch, nowMs } = evidence;
  if (since.offset === 0) {
    if (since.epoch !== genesisEpoch) return 'epoch';
    // Between the two a whole life of the channel may have been lived and forgotten.
    if ((bornAtMs ?? nowMs) - genesisTime(since) > CHANNEL_MEMORY_MS) return 'epoch';
  } else {
    if (bornAtMs === null || since.epoch !== facts.epoch) return 'epoch';
    if (since.offset > facts.top.offset) return 'rewound';
  }
  if (since.offset < facts.floor.offset) {
    return since.offset < facts.purgedTo ? 'purged' : 'trimmed';
  }
  if (since.offset === 0) return 'continued';
  return chainAtOffset === since.chain ? 'continued' : 'rewound';
}
