import type { LogEntry } from '../broker/log-entry.js';
import type { Gap, GapReason } from '../protocol/gap.js';
import { formatPosition, type Position } from '../broker/position.js';

/** Tells why a reader at `after` cannot simply go on, when it goes on at `to`. */
export function gapOf(
  channel: string,
  after: Position,
  reason: GapReason,
  epoch: string,
  to: Position,
): Gap {
  // Trimmed and purged stay in one history, so what is missing has numbers.
  const isCounted = reason === 'trimmed' || reason === 'purged';
  return {
    channel,
    epoch,
    after: formatPosition(after),
    ranges: isCounted ? [[after.offset + 1, to.offset]] : null,
    count: isCounted ? to.offset - after.offset : null,
    reason,
    refill: false,
    position: formatPosition(to),
  };
}

/** Tells what a failover took away of the history that goes on behind it, to who stands at `after`. */
export function tearGapOf(channel: string, after: Position, tear: LogEntry): Gap {
  const [from, to] = tear.extra.tear ?? [tear.offset, tear.offset];
  return {
    channel,
    epoch: tear.epoch,
    after: formatPosition(after),
    ranges: [[from, to]],
    count: to - from + 1,
    reason: 'rewound',
    refill: false,
    position: formatPosition(tear),
  };
}
