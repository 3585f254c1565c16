/**
 * Where a process ends itself. `showing`: in a listener, before it has noted the message; `shown`: when it
 * has. `saving`: in the store, before anything was written; `saved`: when it is, and nobody knows;
 * `removed` likewise. `publishing`: right after the call.
 */
export const DEATH_PLACES = [
  'showing',
  'shown',
  'saving',
  'saved',
  'removed',
  'publishing',
] as const;

export type DeathPlace = (typeof DEATH_PLACES)[number];

export interface Death {
  readonly place: DeathPlace;
  /** So many times are survived, but for the last. */
  readonly after: number;
}

/** One run of a mortal client, as its process is told by `MORTAL_LIFE`. */
export interface Life {
  /** From 0; what is published in a life is numbered behind all lives before it. */
  readonly number: number;
  readonly urls: readonly string[];
  readonly token: string;
  readonly channels: readonly string[];
  /** The same in every life. */
  readonly store: string;
  /** Its own. */
  readonly diary: string;
  readonly seed: number;
  /** Null: it is ended from outside. */
  readonly death: Death | null;
}

/** More than anybody publishes in one life. */
export const PUBLISHES_MAX = 100_000;
