import type { Stream } from '../load/orders.js';
import { type Seating, upTo } from '../measure/audience.js';

// Who is there and what is published while critical messages compete with bulk.

/** Of the streams of a leg. */
export const BULK = 0;
export const CRITICAL = 1;

/**
 * Bulk is in several channels, so that a message of it goes to some and a critical one to all: in one
 * channel for all, messages that are joined cost the generator more than the server, and it would be
 * the generator that is overloaded.
 */
export const BULK_CHANNELS = 10;
export const CRITICAL_CHANNEL = BULK_CHANNELS;

export const CRITICAL_PER_SECOND = 10;
export const BULK_BYTES = 512;
const CRITICAL_BYTES = 200;

export const CRITICAL_STREAM: Stream = {
  channels: [CRITICAL_CHANNEL],
  groupsPerSecond: CRITICAL_PER_SECOND,
  groupSize: 1,
  bytes: CRITICAL_BYTES,
  priority: 'critical',
};

export const NO_CRITICAL: Stream = { ...CRITICAL_STREAM, groupSize: 0 };
export const NO_BULK = bulkAt(1, 0);

export function bulkAt(groupsPerSecond: number, groupSize = 1): Stream {
  return {
    channels: upTo(BULK_CHANNELS),
    groupsPerSecond,
    groupSize,
    bytes: BULK_BYTES,
    priority: 'low',
  };
}

/** @param publishers one for each channel, unless some of the channels are written to by somebody else */
export function seatingOf(seats: number, publishers = BULK_CHANNELS + 1): Seating {
  return {
    channels: BULK_CHANNELS + 1,
    seats,
    seat: (index) => ({ instance: 0, channels: [index % BULK_CHANNELS, CRITICAL_CHANNEL] }),
    // Critical messages do not wait behind bulk on one connection.
    publishers: upTo(publishers).map(() => 0),
  };
}
