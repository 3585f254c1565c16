import type { Stream } from '../load/orders.js';
import { type Seating, upTo } from '../measure/audience.js';

// Who is there and what is published while some clients do not read. The first seats are those who may
// stall, the rest are their neighbours; each has a channel of its own, so that no two share what waits.

export interface Circle {
  readonly stalled: number;
  /** Large messages per second for each of them, until more waits than the kernel holds. */
  readonly perStalled: number;
  readonly healthy: number;
}

export const LARGE_BYTES = 32_768;
export const SMALL_BYTES = 200;
export const SMALL_PER_SECOND = 10;

const PUBLISHERS = 10;

/** Of the streams below. */
export const NEIGHBOURS = 1;

export function seatingOf({ stalled, healthy }: Circle): Seating {
  return {
    channels: stalled + healthy,
    seats: stalled + healthy,
    seat: (index) => ({ instance: 0, channels: [index] }),
    // As many as that none is busy enough to be read in windows, which would hide what a neighbour waits for.
    publishers: upTo(PUBLISHERS).map(() => 0),
  };
}

/** Channels of those who read all along. */
export function neighbourChannels({ stalled, healthy }: Circle): number[] {
  return upTo(healthy).map((channel) => stalled + channel);
}

/** What fills the buffers of those who do not read. */
export function filling(circle: Circle): Stream[] {
  const { stalled, perStalled } = circle;
  return [
    streamOf(upTo(stalled), perStalled * stalled, LARGE_BYTES),
    smallTo(neighbourChannels(circle)),
  ];
}

/** The same small messages to everybody: hardly any work for those who read, none that a stall would save. */
export function beside(circle: Circle): Stream[] {
  return [smallTo(upTo(circle.stalled)), smallTo(neighbourChannels(circle))];
}

function smallTo(channels: readonly number[]): Stream {
  return streamOf(channels, SMALL_PER_SECOND * channels.length, SMALL_BYTES);
}

function streamOf(channels: readonly number[], groupsPerSecond: number, bytes: number): Stream {
  return { channels, groupsPerSecond, groupSize: 1, bytes, priority: null };
}
