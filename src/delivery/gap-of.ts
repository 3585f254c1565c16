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
