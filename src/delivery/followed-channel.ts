import type { ChannelName } from '../protocol/channel-name.js';
import type { Position } from '../broker/position.js';
import type { Subscription } from './subscription.js';

/** A channel that this instance follows, and who is live in it here. */
export class FollowedChannel {
  /** The newest entry that was handed to the live subscriptions, or waits to be. */
  cursor: Position;

  /** The newest urgent entry that was handed on since `#knownFrom`. */
  #lastUrgent: Position | null = null;

  /** What lies below was never handed on here: whether it is urgent is not known. */
  #knownFrom: Position;

  /** Counts the breaks: a place that was read before the last one proves nothing about the cursor. */
  breaks = 0;

  /** Breaks that not everybody was told yet. */
  #breaksUnderWay = 0;

  /** All subscriptions, live or not: the channel is followed while there is one. */
  readonly all = new Set<Subscription>();

  constructor(
    readonly name: ChannelName,
    start: Position,
  ) {
    this.cursor = start;
    this.#knownFrom = start;
  }

  /** An urgent entry was handed to everybody. */
  handedUrgent(place: Position): void {
    this.#lastUrgent = place;
  }

  /** The history will end behind what waits to be handed on, and goes on at `to`. */
  breaksAt(to: Position): void {
    this.cursor = to;
    this.breaks += 1;
    this.#breaksUnderWay += 1;
  }

  /** What waited was handed on, and the history that it belonged to ends now: who is live is told, one by one. */
  endsAt(to: Position): void {
    this.#lastUrgent = null;
    this.#knownFrom = to;
  }

  /** Everybody who was live was told of the break. */
  hasBroken(): void {
    this.#breaksUnderWay -= 1;
  }

  /** Whether what is urgent and comes next is the next urgent one for a subscription that is behind. */
  owesNothingUrgent(subscription: Subscription): boolean {
    const { offset } = subscription.reached;
    // The one before it was sent ahead only when none before that was owed.
    if (this.#lastUrgent === null) return offset >= this.#knownFrom.offset;
    return this.#lastUrgent.offset <= offset || subscription.wasSentAhead(this.#lastUrgent);
  }

  /**
   * Whether a history is ending under those who are live: nobody becomes live before all of them know,
   * and nothing of it goes ahead of its turn any more.
   */
  get isBreaking(): boolean {
    return this.#breaksUnderWay > 0;
  }

  /**
   * True when the place, read after so many breaks, is the cursor or beyond it in the same history:
   * nothing live was missed.
   */
  isReachedBy({ epoch, offset }: Position, breaks: number): boolean {
    if (breaks !== this.breaks || this.isBreaking) return false;
    // A life that has not begun: its genesis has another name in each month, and is one place.
    if (this.cursor.offset === 0 && offset === 0) return true;
    return epoch === this.cursor.epoch && offset >= this.cursor.offset;
  }
}
