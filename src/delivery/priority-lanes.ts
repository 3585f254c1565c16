import type { SkipReason } from '../protocol/gap.js';
import type { Position } from '../broker/position.js';
import type { EncodedMessage } from './encoded-message.js';
import { hasExpired } from './exclusion.js';
import { OffsetRanges } from './offset-ranges.js';
import type { Subscription } from './subscription.js';

/** One waiting thing: a message, an offset that is not for this session, or loss that must be told. */
export interface Item {
  readonly payload: Payload;
  readonly subscription: Subscription;
  readonly lane: number;
  readonly bytes: number;
  /** It goes before what is below it in its channel and is not here yet: no place is safe behind it. */
  readonly isAhead: boolean;
}

/** A message is its own payload, so that a thousand who wait for the same one share it. */
export type Payload =
  | EncodedMessage
  | { readonly kind: 'skip'; readonly at: Position; readonly reason: SkipReason }
  | { readonly kind: 'gap'; readonly ranges: OffsetRanges };

/** An item on its way out. */
export interface Taken {
  readonly item: Item;
  /** Every lower offset of its channel has gone before it: its position is safe to hand back. */
  readonly isSafe: boolean;
}

/**
 * What one item counts for beside its bytes, so that a flood of tiny ones is bounded, too. Objects and strings were
 * measured to take 90 bytes where many wait for the same message, and 660 where nobody else does: small ones of
 * channels of their own hold up to twice what they count for.
 */
export const ITEM_COST = 256;

/** Every eighth that leaves is of the lanes below the most urgent, however few go at a time: so none starves. */
const FLOOR_SHARE = 8;

/** One bit for each of the four lanes. */
const ALL_LANES = 0b1111;

const NO_LANES: Queued[][] = [];

/** What a lane that is not known here is taken for. */
const NORMAL = 2;

/** Four queues, most urgent first, that know what each subscription has waiting. */
export class PriorityLanes {
  /** None while nothing ever waited: most connections take all they are sent. */
  #lanes: Queued[][] = NO_LANES;
  #bytes = 0;
  /** How many of the items are messages, and how many are gaps. */
  #messages = 0;
  #gaps = 0;
  #arrivals = 0;
  /** When the first of it may expire, in milliseconds on the cluster clock. */
  #expiresAt = Number.POSITIVE_INFINITY;
  #left = 0;
  /** One bit for each lane that had nothing since something of a lower one left: it goes before that one does again. */
  #behind = ALL_LANES;
  #isWaiting = false;

  get bytes(): number {
    return this.#bytes;
  }

  /** What would be written now. */
  get leavingBytes(): number {
    return this.#bytes - this.#messages * ITEM_COST;
  }

  /** What may be dropped: a gap cannot be, there is one at most for each subscription in each lane. */
  get droppableBytes(): number {
    return this.#bytes - this.#gaps * ITEM_COST;
  }

  get isEmpty(): boolean {
    // Every item counts for something.
    return this.#bytes === 0;
  }

  push(subscription: Subscription, asked: number, payload: Payload, isAhead = false): void {
    const bytes = ITEM_COST + (payload.kind === 'message' ? payload.bytes : 0);
    if (this.#lanes === NO_LANES) this.#lanes = [[], [], [], []];
    const lane = this.#lanes[asked] ? asked : NORMAL;
    const arrival = this.#arrivals++;
    this.#lanes[lane]?.push({ payload, subscription, lane, bytes, isAhead, arrival });
    subscription.countWaiting(lane, 1);
    this.#count(payload, bytes, 1);
    if (payload.kind !== 'message') return;
    if (this.#isWaiting) payload.keep();
    if (!isAhead) this.#willExpire(payload);
  }

  /**
   * What is here, and what comes until `goOn`, waits for longer than a turn: each message holds on to no
   * bytes but its own.
   */
  wait(): void {
    this.#isWaiting = true;
    for (const items of this.#lanes) {
      for (const { payload } of items) if (payload.kind === 'message') payload.keep();
    }
  }

  /** What comes from now on leaves in its turn. */
  goOn(): void {
    this.#isWaiting = false;
  }

  /**
   * Lets go of messages that are worth nothing any more: their offsets are told as expired when their turn
   * comes. What goes ahead keeps its place, it is told apart from it.
   *
   * @param nowMs milliseconds on the cluster clock
   */
  expire(nowMs: number): void {
    if (nowMs < this.#expiresAt) return;
    this.#expiresAt = Number.POSITIVE_INFINITY;
    for (const items of this.#lanes) {
      for (const [index, item] of items.entries()) {
        const { payload, isAhead } = item;
        if (payload.kind !== 'message' || isAhead) continue;
        if (!hasExpired(payload.entry, nowMs)) {
          this.#willExpire(payload);
          continue;
        }
        const skip = { kind: 'skip', at: payload.place, reason: 'expired' } as const;
        items[index] = { ...item, payload: skip, bytes: ITEM_COST };
        this.#count(payload, ITEM_COST - item.bytes, -1);
      }
    }
  }

  #willExpire({ entry }: EncodedMessage): void {
    if (entry.ttlMs > 0) this.#expiresAt = Math.min(this.#expiresAt, entry.at + entry.ttlMs);
  }

  /** Everything in the order it came: with room for all there is nothing to overtake. */
  takeAll(): Taken[] {
    // A gap stands where its lane was dropped, not where its offsets came: then lanes decide.
    const hasGap = this.#lanes.some((items) => items.some(({ payload }) => payload.kind === 'gap'));
    if (hasGap) return this.takeUrgent(Number.POSITIVE_INFINITY);
    const busy = this.#lanes.filter((items) => items.length > 0);
    const all = busy.flatMap((items) => items.splice(0));
    if (busy.length > 1) all.sort((a, b) => a.arrival - b.arrival);
    this.#countNothing();
    for (const item of all) item.subscription.countWaiting(item.lane, -1);
    return all.map((item) => ({ item, isSafe: !item.isAhead }));
  }

  /** The most urgent items that fit, and at least one. */
  takeUrgent(room: number): Taken[] {
    const taken: Taken[] = [];
    let left = room;
    while (left > 0) {
      const item = this.#next(this.#left + 1)?.shift();
      if (!item) break;
      this.#left += 1;
      this.#behind = (this.#behind | ((1 << item.lane) - 1)) & ~(1 << item.lane);
      left -= item.bytes - (item.payload.kind === 'message' ? ITEM_COST : 0);
      this.#count(item.payload, -item.bytes, -1);
      item.subscription.countWaiting(item.lane, -1);
      const isSafe = !item.isAhead && !item.subscription.waitsOutside(item.lane);
      taken.push({ item, isSafe });
    }
    return taken;
  }

  /** Drops whole lanes, the least urgent first, until no more than so many bytes may be dropped. Returns how many messages. */
  dropDownTo(bytes: number): number {
    let dropped = 0;
    for (let lane = this.#lanes.length - 1; lane >= 0 && this.droppableBytes > bytes; lane -= 1)
      dropped += this.dropLane(lane);
    return dropped;
  }

  /**
   * Drops one lane whole. For each subscription a gap takes the place of all it had there, and grows
   * with what is dropped later. Returns how many messages were dropped.
   */
  dropLane(lane: number): number {
    const gaps = new Map<Subscription, OffsetRanges>();
    // Their turn has come, and the skip that stands there would say that they were sent before it. By their chains.
    const lost = new Set<string>();
    let dropped = 0;
    for (const item of this.#lanes[lane]?.splice(0) ?? []) {
      this.#count(item.payload, -item.bytes, -1);
      item.subscription.countWaiting(lane, -1);
      const { payload, subscription } = item;
      if (item.isAhead && payload.kind === 'message') {
        // Its turn is still to come: nothing is lost yet.
        if (!subscription.forgetAhead(payload.entry)) lost.add(payload.place.chain);
        continue;
      }
      // An earlier gap stands before all that came after it.
      const earlier = payload.kind === 'gap' ? payload.ranges : null;
      const ranges = gaps.get(subscription) ?? earlier ?? new OffsetRanges();
      gaps.set(subscription, ranges);
      if (payload.kind === 'message') {
        ranges.add(payload.place);
        dropped += 1;
      } else if (payload.kind === 'skip' && lost.has(payload.at.chain)) {
        ranges.add(payload.at);
        dropped += 1;
      } else if (payload.kind === 'skip') {
        ranges.skip(payload.at, payload.reason);
      }
    }
    for (const [subscription, ranges] of gaps)
      this.push(subscription, lane, { kind: 'gap', ranges });
    return dropped;
  }

  /** Lets go of what waits for one subscription. */
  forget(subscription: Subscription): void {
    for (const [lane, items] of this.#lanes.entries()) {
      const count = subscription.waiting[lane] ?? 0;
      if (count === 0) continue;
      const kept = items.filter((item) => item.subscription !== subscription);
      for (const item of items) {
        if (item.subscription !== subscription) continue;
        this.#count(item.payload, -item.bytes, -1);
        forgetAhead(item);
      }
      items.splice(0, items.length, ...kept);
      subscription.countWaiting(lane, -count);
    }
  }

  clear(): void {
    for (const items of this.#lanes) {
      for (const { subscription, lane } of items) subscription.countWaiting(lane, -1);
      items.length = 0;
    }
    this.#countNothing();
  }

  #count({ kind }: Payload, bytes: number, items: 1 | -1): void {
    this.#bytes += bytes;
    if (kind === 'message') this.#messages += items;
    else if (kind === 'gap') this.#gaps += items;
  }

  #countNothing(): void {
    this.#bytes = 0;
    this.#messages = 0;
    this.#gaps = 0;
  }

  /**
   * The lane whose turn it is. The share of the lower lanes goes to the highest that is behind, and to
   * the lowest when none is: so no lane gets more of it than one above it that has something waiting.
   */
  #next(place: number): Queued[] | undefined {
    const isBusy = (items: Queued[]): boolean => items.length > 0;
    if (place % FLOOR_SHARE !== 0) return this.#lanes.find(isBusy);
    const isBehind = (items: Queued[], lane: number): boolean =>
      items.length > 0 && (this.#behind & (1 << lane)) !== 0;
    return this.#lanes.find(isBehind) ?? this.#lanes.findLast(isBusy);
  }
}

interface Queued extends Item {
  readonly arrival: number;
}

/** Lets go of what was to overtake and did not. */
function forgetAhead({ isAhead, payload, subscription }: Item): void {
  if (isAhead && payload.kind === 'message') subscription.forgetAhead(payload.entry);
}
