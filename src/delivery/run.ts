import { isAtOrBefore, type Position } from '../broker/position.js';
import type { GapReason } from '../protocol/gap.js';
import type { EncodedMessage } from './encoded-message.js';
import type { FollowedChannel } from './followed-channel.js';
import type { Subscription } from './subscription.js';

/** Entries of one channel that a connection is given before the next one is. */
const RUN_MAX = 64;

/** Entries of one channel on their way to its subscriptions, or the end of its history. */
export interface Run {
  readonly channel: FollowedChannel;
  readonly messages: EncodedMessage[];
  readonly isFill: boolean;
  /** Such an entry is a run of its own: whether the next one may go ahead depends on all of this one. */
  readonly isUrgent: boolean;
  /** It goes before what waits of its channel, and has its turn in the line as another run. */
  readonly isAhead: boolean;
  /** Nothing is added to it. */
  readonly isAlone: boolean;
  /** It is urgent and has to wait for what stands before it, and what is urgent and comes later has to wait for it. */
  readonly isHeldUp: boolean;
  readonly end: { readonly reason: GapReason; readonly to: Position } | null;
  /** Who has not been given it yet; null: nobody has. */
  left: Iterable<Subscription> | null;
  /** What giving it to one subscription is worth in steps of a slice. */
  steps: number;
  bytes: number;
  /** Nothing in it has to be asked for anything: see `givesWhole`. */
  isPlain: boolean;
}

/** What a run is where nothing else is said. */
export const NO_ENTRY = {
  isFill: false,
  isUrgent: false,
  isAhead: false,
  isAlone: false,
  isHeldUp: false,
  end: null,
  left: null,
  steps: 1,
  bytes: 0,
  isPlain: false,
} as const;

/** Whether entries may still be added: nobody was given any of it yet. */
export function isOpen({ left, end, isAlone, isFill, messages }: Run, isFillToo: boolean): boolean {
  const isSame = end === null && !isAlone && isFill === isFillToo;
  return isSame && left === null && messages.length < RUN_MAX;
}

/**
 * Queues a run as one where that comes to the same as its messages one by one: who is live and owed
 * nothing is given the list that all the others are given too. False: nothing was done.
 */
export function givesWhole(subscription: Subscription, run: Run): boolean {
  const { messages, bytes, isPlain, isFill } = run;
  const [first] = messages;
  const last = messages.at(-1);
  // One alone is no list; what is urgent always is alone.
  if (!isPlain || isFill || !first || !last || first === last) return false;
  const { phase, reached, session } = subscription;
  const isNew = phase === 'live' && subscription.hasNoneAhead(messages);
  if (!isNew || isAtOrBefore(first.entry, reached)) return false;
  if (!session.outbox.pushAll(subscription, messages, bytes)) return false;
  subscription.reached = last.place;
  return true;
}
