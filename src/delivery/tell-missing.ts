import type { ChannelName } from '../protocol/channel-name.js';
import type { SkipReason } from '../protocol/gap.js';
import { formatPosition, type Position } from '../broker/position.js';
import { EncodedPush } from './encoded-push.js';
import type { OffsetRanges, Skipped } from './offset-ranges.js';
import type { Subscription } from './subscription.js';
import type { Wire } from './wire.port.js';

/** Counts what is told. */
export interface SkipCount {
  skipped(reason: SkipReason, offsets: number): void;
}

/** Tells one offset that is not for this session; its place is passed by that. */
export function tellSkip(
  wire: Wire,
  subscription: Subscription,
  at: Position,
  isSafe: boolean,
  reason: SkipReason,
  count: SkipCount,
): void {
  if (isSafe) subscription.passed(at);
  const position = formatPosition(subscription.told);
  emitSkip(wire, subscription.channel, { from: at.offset, to: at.offset, reason }, position, count);
}

/** Tells what an answer that was just sent has left out; its place is behind all of it. */
export function tellLeftOut(
  wire: Wire,
  { channel, told }: Subscription,
  skipped: readonly Skipped[],
  count: SkipCount,
): void {
  const position = formatPosition(told);
  for (const one of skipped) emitSkip(wire, channel, one, position, count);
}

/** Tells what was dropped of one subscription. Only the last push of it carries the place behind all of it. */
export function tellGap(
  wire: Wire,
  subscription: Subscription,
  ranges: OffsetRanges,
  isSafe: boolean,
  count: SkipCount,
): void {
  const { channel } = subscription;
  const after = formatPosition(subscription.told);
  if (ranges.last && isSafe) subscription.passed(ranges.last);
  const position = formatPosition(subscription.told);
  const lastSkip = ranges.count === 0 ? ranges.skipped.at(-1) : null;
  for (const skipped of ranges.skipped) {
    emitSkip(wire, channel, skipped, skipped === lastSkip ? position : after, count);
  }
  if (ranges.count === 0) return;
  wire.emit('gap', {
    channel,
    epoch: subscription.told.epoch,
    after,
    ranges: ranges.toArray(),
    count: ranges.count,
    reason: 'overflow',
    refill: true,
    position,
  });
}

function emitSkip(
  wire: Wire,
  channel: ChannelName,
  { from, to, reason }: Skipped,
  position: string,
  count: SkipCount,
): void {
  // A frame of ours, as messages are: what follows would else go the long way, behind what Socket.IO still has to write.
  const push = new EncodedPush('skip', { channel, from, to, position, reason });
  wire.write(push.frame, [push], []);
  count.skipped(reason, to - from + 1);
}
