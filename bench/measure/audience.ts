import type { Audience } from '../load/orders.js';
import type { RunningPeer } from '../peers/peer.js';

/** Who is there, in terms of a peer's instances. */
export interface Seating {
  readonly channels: number;
  readonly seats: number;
  /** Instance and channels of one seat. */
  readonly seat: (index: number) => {
    readonly instance: number;
    readonly channels: readonly number[];
  };
  /** Instances of the publishers; channel n is written to by publisher n modulo their count. */
  readonly publishers: readonly number[];
}

type Special = Pick<
  Audience,
  'decodedEvery' | 'mayLose' | 'keeps' | 'remembers' | 'elsewhere' | 'firstUser'
>;

const USUAL: Special = {
  decodedEvery: 64,
  mayLose: false,
  keeps: [],
  remembers: false,
  elsewhere: [],
  firstUser: 0,
};

/** @param leg names the channels, so that no two legs share one */
export function audienceOf(
  { dialect, instances }: RunningPeer,
  leg: string,
  seating: Seating,
  special: Partial<Special> = {},
): Audience {
  const portOf = (index: number): number => {
    const instance = instances[index % instances.length];
    if (!instance) throw new RangeError('a peer without instances');
    return instance.port;
  };
  return {
    ...USUAL,
    ...special,
    dialect,
    channels: upTo(seating.channels).map((channel) => `bench:${leg}-${channel}`),
    seats: upTo(seating.seats).map((index) => {
      const { instance, channels } = seating.seat(index);
      return { port: portOf(instance), channels };
    }),
    publishers: seating.publishers.map(portOf),
  };
}

/** Everybody in one channel, at one instance. */
export function oneChannel(seats: number): Seating {
  return {
    channels: 1,
    seats,
    seat: () => ({ instance: 0, channels: [0] }),
    publishers: [0],
  };
}

/** 0, 1, 2 … */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
