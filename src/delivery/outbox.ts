import type { Buffer } from 'node:buffer';
import type { Skip, SkipReason } from '../protocol/gap.js';
import { formatPosition, type Position } from '../broker/position.js';
import type { EncodedMessage } from './encoded-message.js';
import type { JoinedFrames } from './joined-frames.js';
import type { OffsetRanges } from './offset-ranges.js';
import { PriorityLanes, type Taken } from './priority-lanes.js';
import type { Subscription } from './subscription.js';
import type { Wire } from './wire.port.js';

/** No new write while the kernel is behind by more: `critical` waits only behind what it already has. */
const UNFLUSHED_MAX = 65_536;

const LANES = 4;

/** What all outboxes of an instance share. */
export interface OutboxRules {
  /** Bytes that may wait for one connection now, counting what its stream holds. */
  bytesMax(): number;
  /** Milliseconds on the cluster clock, for what expires while it waits. */
  now(): number;
  readonly joined: JoinedFrames;
  delivered(messages: number): void;
  dropped(messages: number): void;
  skipped(reason: SkipReason): void;
  /** What waits for all connections changed by so many bytes. */
  waiting(change: number): void;
}

/** Told when the kernel stops taking what a connection is sent, and when it has taken all of it. */
export interface OutboxWatch {
  stalled(): void;
  recovered(): void;
}

/**
 * What waits for one connection.
 *
 * While the kernel takes everything, messages leave in the order they came, all of a turn in one
 * write. Once it falls behind, lanes decide. Over its bound the least urgent lane is dropped whole and
 * told as one `gap` that `history` refills. Whoever pushes must `flush` in the same turn.
 */
export class Outbox {
  /**
   * Messages for a connection that owes nothing, which never see a lane, and whom they are for: two
   * lists side by side, because one object for each message and socket would be the dearest part.
   */
  readonly #turn: EncodedMessage[] = [];
  readonly #turnFor: Subscription[] = [];
  #turnBytes = 0;
  readonly #lanes = new PriorityLanes();
  #isBlocked = false;
  #isOpen = false;
  #isWriting = false;
  #counted = 0;
  #drainWaiters: { readonly bytes: number; readonly resolve: () => void }[] = [];

  constructor(
    private readonly wire: Wire,
    private readonly rules: OutboxRules,
    private readonly watch: OutboxWatch,
  ) {}

  /** Bytes that wait here; what the stream holds is not in it. */
  get bytes(): number {
    return this.#turnBytes + this.#lanes.bytes;
  }

  /** Whether the session was told that it has begun. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isEmpty(): boolean {
    return this.#turn.length === 0 && this.#lanes.isEmpty;
  }

  /** Begins to send; nothing leaves before the session was told its `session`. */
  open(): void {
    this.#isOpen = true;
    this.flush();
  }

  pushMessage(subscription: Subscription, message: EncodedMessage): void {
    if (this.#lanes.isEmpty && message.entry.ttlMs === 0) {
      this.#turn.push(message);
      this.#turnFor.push(subscription);
      this.#turnBytes += message.bytes;
      // Its slice may be some way off: what waits until then is bounded too.
      const isMuch = this.#turnBytes > UNFLUSHED_MAX;
      if (isMuch && this.#turnBytes > this.rules.bytesMax()) this.flush();
      return;
    }
    this.#queueTurn();
    this.#lanes.push(subscription, message.entry.lane, { kind: 'message', message });
  }

  pushSkip(subscription: Subscription, at: Position, lane: number, reason: SkipReason): void {
    this.#queueTurn();
    this.#lanes.push(subscription, lane, { kind: 'skip', at, reason });
  }

  /** Lets go of what waits for one subscription, told to nobody: it ends or starts anew. */
  forget(subscription: Subscription): void {
    this.#queueTurn();
    this.#lanes.forget(subscription);
    this.#account();
  }

  /** Settles when no more than this many bytes wait, or when the connection has ended. */
  drainedTo(bytes: number): Promise<void> {
    if (this.bytes <= bytes) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push({ bytes, resolve }));
  }

  clear(): void {
    this.#isOpen = false;
    this.#queueTurn();
    this.#lanes.clear();
    this.#account();
    for (const { resolve } of this.#drainWaiters.splice(0)) resolve();
  }

  /** Writes what the kernel has room for; the rest goes when it has drained. */
  flush(): void {
    // A wire may call back in the middle of a write: what comes later must not go out before it ends.
    if (this.#isWriting) return;
    this.#isWriting = true;
    try {
      this.#flush();
    } finally {
      this.#isWriting = false;
    }
  }

  #flush(): void {
    if (this.#turn.length > 0 && this.#writeTurn()) return this.#account();
    if (this.#lanes.isEmpty) return;
    if (this.#isOpen) this.#writeLanes();
    this.#bound();
    this.#account();
    if (this.#isOpen) this.#awaitDrain();
  }

  /** Everything of this turn in one write, if the kernel has room for all of it. */
  #writeTurn(): boolean {
    const turn = this.#turn;
    const [first] = turn;
    if (
      !this.#isOpen ||
      this.#isBlocked ||
      !this.#lanes.isEmpty ||
      this.#turnBytes + this.wire.unflushed() > UNFLUSHED_MAX
    ) {
      this.#queueTurn();
      return false;
    }
    if (first && turn.length === 1) {
      this.wire.write(first.frames(true), turn, ALL_SAFE);
      this.#turnFor[0]?.passed(first.entry, true);
    } else {
      const frames = turn.map((message) => message.frames(true));
      this.wire.write(this.rules.joined.join(frames), turn, ALL_SAFE);
      turn.forEach(({ entry }, index) => this.#turnFor[index]?.passed(entry, true));
    }
    this.rules.delivered(turn.length);
    this.#endTurn();
    return true;
  }

  /** This turn's messages cannot leave at once: from here on lanes decide. */
  #queueTurn(): void {
    for (const [index, message] of this.#turn.entries()) {
      const subscription = this.#turnFor[index];
      if (subscription) {
        this.#lanes.push(subscription, message.entry.lane, { kind: 'message', message });
      }
    }
    this.#endTurn();
  }

  #endTurn(): void {
    this.#turn.length = 0;
    this.#turnFor.length = 0;
    this.#turnBytes = 0;
  }

  #writeLanes(): void {
    const room = UNFLUSHED_MAX - this.wire.unflushed();
    if (room <= 0) return;
    const fitsWhole = this.#lanes.bytes <= room;
    this.#write(fitsWhole ? this.#lanes.takeAll() : this.#lanes.takeUrgent(room));
  }

  /** Drops the least urgent lanes until the bound holds. */
  #bound(): void {
    const max = this.rules.bytesMax();
    for (let lane = LANES - 1; lane >= 0; lane -= 1) {
      // Beyond it are answers: no lane is dropped for them.
      if (this.#lanes.bytes + Math.min(this.wire.unflushed(), UNFLUSHED_MAX) <= max) return;
      const dropped = this.#lanes.dropLane(lane);
      if (dropped > 0) this.rules.dropped(dropped);
    }
  }

  #awaitDrain(): void {
    if (this.#lanes.isEmpty || this.#isBlocked) return;
    this.#isBlocked = true;
    this.watch.stalled();
    this.wire.onceDrained(() => {
      this.#isBlocked = false;
      this.watch.recovered();
      this.flush();
    });
  }

  #account(): void {
    const change = this.#lanes.bytes - this.#counted;
    if (change !== 0) {
      this.#counted = this.#lanes.bytes;
      this.rules.waiting(change);
    }
    if (this.#drainWaiters.length === 0) return;
    const due = this.#drainWaiters.filter(({ bytes }) => this.bytes <= bytes);
    this.#drainWaiters = this.#drainWaiters.filter((waiter) => !due.includes(waiter));
    for (const { resolve } of due) resolve();
  }

  #write(taken: readonly Taken[]): void {
    const now = this.rules.now();
    let frames: Buffer[] = [];
    let messages: EncodedMessage[] = [];
    let safety: boolean[] = [];
    let delivered = 0;
    const handOver = (): void => {
      if (frames.length > 0) this.wire.write(this.rules.joined.join(frames), messages, safety);
      frames = [];
      messages = [];
      safety = [];
    };
    for (const { item, isSafe } of taken) {
      const { subscription } = item;
      if (item.kind === 'message') {
        const { message } = item;
        if (hasExpired(message, now)) {
          handOver();
          this.#tellSkip(subscription, message.entry, isSafe, 'expired');
          continue;
        }
        frames.push(message.frames(isSafe));
        messages.push(message);
        safety.push(isSafe);
        subscription.passed(message.entry, isSafe);
        delivered += 1;
      } else {
        handOver();
        if (item.kind === 'skip') this.#tellSkip(subscription, item.at, isSafe, item.reason);
        else this.#tellGap(subscription, item.ranges, isSafe);
      }
    }
    handOver();
    if (delivered > 0) this.rules.delivered(delivered);
  }

  #tellSkip(subscription: Subscription, at: Position, isSafe: boolean, reason: SkipReason): void {
    subscription.passed(at, isSafe);
    const skip: Skip = {
      channel: subscription.channel,
      from: at.offset,
      to: at.offset,
      position: formatPosition(subscription.told),
      reason,
    };
    this.wire.emit('skip', skip);
    this.rules.skipped(reason);
  }

  #tellGap(subscription: Subscription, ranges: OffsetRanges, isSafe: boolean): void {
    const after = formatPosition(subscription.told);
    if (ranges.last) subscription.passed(ranges.last, isSafe);
    if (ranges.count === 0) return;
    this.wire.emit('gap', {
      channel: subscription.channel,
      epoch: subscription.told.epoch,
      after,
      ranges: ranges.toArray(),
      count: ranges.count,
      reason: 'overflow',
      refill: true,
      position: formatPosition(subscription.told),
    });
  }
}

/** What leaves in offset order carries its position. */
const ALL_SAFE: readonly boolean[] = [];

function hasExpired({ entry }: EncodedMessage, now: number): boolean {
  return entry.ttlMs > 0 && entry.at + entry.ttlMs <= now;
}
