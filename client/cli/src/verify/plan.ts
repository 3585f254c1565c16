/** What a run is to do, decided before it begins. */
export interface Plan {
  /** Part of every name that this run uses, so that it meets no other run. */
  readonly run: string;
  readonly seed: number;
  readonly seconds: number;
  readonly publishers: number;
  readonly subscribers: number;
  readonly channels: number;
  /** Publishes per second, of all publishers together. */
  readonly perSecond: number;
  /** Of filling in a message, at most. */
  readonly bytes: number;
  /** So many of the subscribers leave at random and come back by position. */
  readonly leavers: number;
  /** Everybody must be at the top in this time after the load has ended. */
  readonly settleSeconds: number;
  readonly namespace: string;
}

/** Every delivery is kept until the verdict, at about 500 bytes each. */
const DELIVERIES_MAX = 1_000_000;

/** How many deliveries the plan comes to, and how many one run can hold. */
export function deliveriesOf({ perSecond, seconds, subscribers }: Plan): {
  readonly expected: number;
  readonly most: number;
} {
  return { expected: perSecond * seconds * subscribers, most: DELIVERIES_MAX };
}

/** Names that nobody else uses: what was in a channel before would look like phantoms. */
export function channelsOf({ namespace, run, channels }: Plan): string[] {
  return Array.from({ length: channels }, (_, n) => `${namespace}:verify-${run}-${n}`);
}
