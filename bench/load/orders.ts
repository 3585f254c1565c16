import type { DialectChoice } from './dialects.js';

/** Connections to open before a leg. */
export interface Audience {
  readonly port: number;
  readonly dialect: DialectChoice;
  readonly channel: string;
  readonly subscribers: number;
}

/** What to publish, evenly spaced in groups; a group leaves in one write. */
export interface Traffic {
  readonly groupsPerSecond: number;
  readonly groupSize: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** What the bench tells its load generator; it answers each order once. */
export type Order =
  | { readonly kind: 'connect'; readonly audience: Audience }
  | { readonly kind: 'run'; readonly traffic: Traffic }
  | { readonly kind: 'disconnect' };

/** Latency from when a message was due to its arrival, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly samples: number;
}

/** What one run came to, counted at the clients. */
export interface Load {
  readonly published: number;
  readonly delivered: number;
  /** Bytes of all message frames, without their headers, per delivery. */
  readonly bytesPerDelivery: number;
  readonly latency: Latency;
  /** Share of a core that the generator itself used. */
  readonly generatorShare: number;
  /** Why the run does not count: losses, repeats, disorder, refusals. Empty when it does. */
  readonly faults: readonly string[];
}

export type Report =
  | { readonly kind: 'done' }
  | { readonly kind: 'load'; readonly load: Load }
  | { readonly kind: 'failed'; readonly message: string };
