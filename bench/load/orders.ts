import type { DialectChoice } from './dialects.js';
import type { Published } from './ledger.js';

/** One subscriber: where it connects, and the numbers of the channels that it joins. */
export interface Seat {
  readonly port: number;
  readonly channels: readonly number[];
}

/** Who is there in a leg. */
export interface Audience {
  readonly dialect: DialectChoice;
  /** Names; everything else speaks of their numbers. */
  readonly channels: readonly string[];
  readonly seats: readonly Seat[];
  /** Where each publisher connects; channel n is written to by publisher n modulo their count. */
  readonly publishers: readonly number[];
  /** One seat in so many is decoded, for latency and order. */
  readonly decodedEvery: number;
  /** Whether a loss that the server tells of is no fault: overload, and clients that do not read. */
  readonly mayLose: boolean;
  /**
   * Numbers of channels of which nothing may be lost, though of others it may. A seat that has joined no
   * other may not be ended either.
   */
  readonly keeps: readonly number[];
  /** Whether every seat keeps its place, so that it can come back to it. All are decoded then. */
  readonly remembers: boolean;
  /** Numbers of channels that somebody else publishes to; what is owed of them is told when it has (`settle`). */
  readonly elsewhere: readonly number[];
  /** Of the users of its connections, so that two audiences of one server have none in common. */
  readonly firstUser: number;
}

/** What is published, evenly spaced in groups; what one publisher has of a group leaves in one write. */
export interface Stream {
  /** Written to in turn. */
  readonly channels: readonly number[];
  readonly groupsPerSecond: number;
  readonly groupSize: number;
  readonly bytes: number;
  /** Null: the server's default. Ignored by servers that know no priorities. */
  readonly priority: 'critical' | 'low' | null;
}

/** Streams that run side by side. */
export interface Traffic {
  readonly streams: readonly Stream[];
  readonly seconds: number;
}

/** All seats connect again, spread evenly over a time. */
export interface Storm {
  readonly port: number;
  readonly withinMs: number;
  /** Whether seats ask for what they missed, or begin anew. */
  readonly recovers: boolean;
}

/** What the bench tells its load generator; it answers each order once. */
export type Order =
  | { readonly kind: 'connect'; readonly audience: Audience; readonly upTo: number }
  /** Lets in more seats, until there are so many. */
  | { readonly kind: 'admit'; readonly upTo: number }
  | { readonly kind: 'run'; readonly traffic: Traffic }
  /** The first half of a run, until all is published and answered. */
  | { readonly kind: 'offer'; readonly traffic: Traffic }
  /** The second half, once it is known what was published elsewhere. */
  | { readonly kind: 'settle'; readonly elsewhere: Published }
  /** The first so many seats stop reading, or read again and everything is awaited. */
  | { readonly kind: 'stall'; readonly seats: number }
  | { readonly kind: 'wake' }
  /** All seats lose their connection; publishers stay. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'storm'; readonly storm: Storm }
  | { readonly kind: 'disconnect' };

/** Latency from when a message was due to its arrival, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly samples: number;
}

/** What became of one stream; remote: at other instances than the one that was published to. */
export interface StreamLoad {
  readonly published: number;
  readonly all: Latency;
  readonly remote: Latency;
}

/** What one run came to, counted at the clients. */
export interface Load {
  readonly published: number;
  /** All that were answered with a refusal; a fault unless the audience may lose. */
  readonly refused: number;
  readonly delivered: number;
  /** Deliveries until the last message was due: what came later is late, not lost. */
  readonly deliveredInTime: number;
  /** Losses that the server told of. */
  readonly told: number;
  /** Seats whose connection the server has ended. */
  readonly ended: number;
  /** Bytes of all message frames, without their headers, per delivery. */
  readonly bytesPerDelivery: number;
  readonly streams: readonly StreamLoad[];
  /** Share of a core that the generator itself used. */
  readonly generatorShare: number;
  /** Why the run does not count: losses, repeats, disorder, refusals. Empty when it does. */
  readonly faults: readonly string[];
}

/** What a storm came to for all seats, or their waking for those who stalled. */
export interface Return {
  /** Until the last seat had everything. */
  readonly elapsedMs: number;
  readonly delivered: number;
  /** Losses that the server told of. */
  readonly told: number;
  /** Seats that were told of one. */
  readonly deprived: number;
  /** Seats whose connection the server had ended. */
  readonly ended: number;
  /** Share of a core that the generator itself used. */
  readonly generatorShare: number;
  readonly faults: readonly string[];
}

export type Report =
  | { readonly kind: 'done' }
  | { readonly kind: 'load'; readonly load: Load }
  | { readonly kind: 'offered'; readonly published: Published }
  | { readonly kind: 'return'; readonly back: Return }
  | { readonly kind: 'failed'; readonly message: string };
