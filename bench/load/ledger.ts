import { isSame, NONE, since, type Sums, Tally } from './tally.js';

/** What is known of one channel at one seat. */
interface Track {
  readonly channel: number;
  /** What had been published when the seat came. */
  readonly base: Sums;
  readonly got: Tally;
  /** Losses that the server told of. */
  told: number;
  /** Number of the last message. */
  last: number;
}

/** What was published in all channels, by number of the channel. */
export interface Published {
  readonly tallies: readonly Sums[];
  /** Messages that nobody knows the fate of: they may come, and may not. */
  readonly unknown: readonly number[];
}

/** Own figures, and of the channels that are written to elsewhere those of there; nothing while these are not known. */
export function publishedByBoth(
  own: Published,
  elsewhere: readonly number[],
  others: Published | null,
): Published {
  if (elsewhere.length === 0) return own;
  const isOther = new Set(elsewhere);
  return {
    tallies: own.tallies.map((tally, channel) =>
      isOther.has(channel) ? (others?.tallies[channel] ?? NONE) : tally,
    ),
    unknown: own.unknown.map((count, channel) =>
      isOther.has(channel) ? (others?.unknown[channel] ?? 0) : count,
    ),
  };
}

/** How what came differs from what was published. */
export interface Difference {
  readonly lost: number;
  readonly repeated: number;
  /** Channels with the right number of messages that are not the right ones. */
  readonly swapped: number;
}

/**
 * What one seat was brought, channel by channel. Every channel has one publisher, which numbers what it
 * writes there, so that numbers must grow at every seat.
 */
export class Ledger {
  /** All that came since it began, and all that was told to be lost. */
  accounted = 0;
  /** All that ever came: beginning anew does not take it back. */
  came = 0;
  readonly #tracks = new Map<number, Track>();

  /** @param mayLose whether numbers may be left out, as long as none comes late or twice */
  constructor(
    private readonly channels: readonly number[],
    private readonly mayLose: boolean,
  ) {}

  /** Begins anew: nothing that was published so far is owed. */
  begin(tallies: readonly Sums[]): void {
    this.accounted = 0;
    for (const channel of this.channels) {
      const { count, sum, squares } = tallies[channel] ?? NONE;
      // Where messages may be refused, how many were accepted does not tell the number of the next one.
      const last = this.mayLose ? -1 : count - 1;
      const base = { count, sum, squares };
      this.#tracks.set(channel, { channel, base, got: new Tally(), told: 0, last });
    }
  }

  /** Notes a message that came. Returns what is wrong with it, in words; null when nothing is. */
  note(channel: number, number: number): string | null {
    const track = this.#tracks.get(channel);
    if (track === undefined)
      return `message ${number} of channel ${channel}, which it had not joined`;
    const { last } = track;
    this.accounted += 1;
    this.came += 1;
    track.got.add(number);
    track.last = number;
    if (this.mayLose ? number > last : number === last + 1) return null;
    return `message ${number} after ${last} in channel ${channel}`;
  }

  /** The server told of a loss. */
  lose(channel: number, count: number): void {
    const track = this.#tracks.get(channel);
    if (track === undefined) return;
    this.accounted += count;
    track.told += count;
  }

  /** How many messages should have come. */
  due(tallies: readonly Sums[]): number {
    let due = 0;
    for (const { channel, base } of this.#tracks.values()) {
      due += (tallies[channel] ?? NONE).count - base.count;
    }
    return due;
  }

  compare({ tallies, unknown }: Published): Difference {
    let lost = 0;
    let repeated = 0;
    let swapped = 0;
    for (const { channel, base, got, told } of this.#tracks.values()) {
      const due = since(base, tallies[channel] ?? NONE);
      const open = unknown[channel] ?? 0;
      const missing = due.count - got.count - told;
      lost += Math.max(0, missing);
      repeated += Math.max(0, -missing - open);
      // Which ones were lost or left open nobody knows, so there only order and count are evidence.
      if (missing === 0 && told === 0 && open === 0 && !isSame(due, got)) swapped += 1;
    }
    return { lost, repeated, swapped };
  }
}
