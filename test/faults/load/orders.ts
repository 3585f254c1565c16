/** Who connects where. Client n starts at instance n, of as many as there are, and in channel n. */
export interface Audience {
  /** `sdk`: clients of our own SDK. `plain`: frames by hand, coming back as official clients do. */
  readonly kind: 'sdk' | 'plain';
  readonly urls: readonly string[];
  readonly clients: number;
  readonly channels: readonly string[];
  readonly secret: string;
}

/** Evenly spaced publishes, to one channel after the other. */
export interface Traffic {
  readonly perSecond: number;
  readonly bytes: number;
}

/** What the load generator is told; it answers each order once, in order. */
export type Order =
  | { readonly kind: 'open'; readonly audience: Audience }
  | { readonly kind: 'publish'; readonly traffic: Traffic }
  /** Answered with the clients that are connected to that instance, which is about to go. */
  | { readonly kind: 'watch'; readonly instance: number }
  /** Answered when the watched are back: how long after that instant, on the monotonic clock. */
  | { readonly kind: 'caught up'; readonly sinceNs: number }
  /** The watched leave and come anew, to the instance that they started at. */
  | { readonly kind: 'rehome' }
  /** All connections are reset at once; answered with the time until each was caught up. */
  | { readonly kind: 'storm' }
  /** So many clients stop reading. */
  | { readonly kind: 'stall'; readonly clients: number }
  /** No more is published; answered, when all that can come has come, with what came. */
  | { readonly kind: 'settle' }
  | { readonly kind: 'close' };

/** What all clients got, held against what was acknowledged. */
export interface Account {
  readonly acknowledged: number;
  readonly refused: number;
  readonly delivered: number;
  /** Messages that a client which stayed to the end never had. */
  readonly lost: number;
  readonly repeated: number;
  readonly disordered: number;
  /** How often a client was told of a loss. */
  readonly gaps: number;
}

export type Report =
  | { readonly kind: 'done' }
  | { readonly kind: 'count'; readonly count: number }
  /** One time for each client, in milliseconds; who is not back in time is counted as missing. */
  | { readonly kind: 'times'; readonly ms: readonly number[]; readonly missing: number }
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'failed'; readonly message: string };
