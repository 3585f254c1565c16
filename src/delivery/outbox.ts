import type { SkipReason } from '../protocol/gap.js';
import { NO_EXTRA } from '../broker/log-entry.js';
import type { Position } from '../broker/position.js';
import type { EncodedMessage } from './encoded-message.js';
import type { OutboxRules, OutboxWatch } from './outbox-rules.js';
import { ITEM_COST, PriorityLanes } from './priority-lanes.js';
import type { Subscription } from './subscription.js';
import { Turn } from './turn.js';
import type { Wire } from './wire.port.js';
import { writeTaken } from './write-taken.js';

/** What may wait in the lanes of one connection in any case, in bytes: even a full instance lets a small message wait. */
export const LEAST_WAITING = 4096;

/** No new write while the kernel is behind by more bytes: `critical` waits only behind what it already has. */
const UNFLUSHED_MAX = 65_536;

/**
 * Of what may wait for one connection, what its stream may hold at most: nothing can be taken back from
 * there, and the rest is for lanes, which know what is urgent.
 */
const STREAM_SHARE = 0.5;

/** Half of the least that may wait for a connection: its stream has room for so much in any case. */
const STREAM_MIN = LEAST_WAITING * STREAM_SHARE;

/**
 * What waits for one connection.
 *
 * While the kernel takes everything, messages leave in the order they came, all of a turn in one
 * write. Once it falls behind, lanes decide. Over its bound the least urgent lane is dropped whole and
 * told as one `gap` that `history` refills. Whoever pushes must `flush` in the same turn.
 */
export class Outbox {
  /** While nothing is owed, messages never see a lane. */
  readonly #turn = new Turn();
  readonly #lanes = new PriorityLanes();
  #isBlocked = false;
  #isOpen = false;
  #isOver = false;
  #isWriting = false;
  /** What the stream holds is counted again when it has drained. */
  #isRecounting = false;
  #counted = 0;
  #drainWaiters: (() => void)[] = [];

  constructor(
    private readonly wire: Wire,
    private readonly rules: OutboxRules,
    private readonly watch: OutboxWatch,
  ) {}

  /** Bytes that wait here; what the stream holds is not in it. */
  get bytes(): number {
    return this.#turn.bytes + this.#lanes.bytes;
  }

  /** Whether the session was told that it has begun. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether nothing is taken in or sent any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether something waits here for the kernel to take what it was given before. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Bytes that its stream may hold: less where all connections hold much. */
  get streamMax(): number {
    return Math.min(UNFLUSHED_MAX, this.rules.bytesMax() * STREAM_SHARE);
  }

  get isEmpty(): boolean {
    return this.#turn.isEmpty && this.#lanes.isEmpty;
  }

  /** Begins to send; nothing leaves before the session was told its `session`. */
  open(): void {
    this.#isOpen = !this.#isOver;
    this.flush();
  }

  pushMessage(subscription: Subscription, message: EncodedMessage): void {
    if (this.#isOver) return;
    // Its slice may be some way off, and what the kernel would take by then is no loss: it is asked before.
    const bytes = this.bytes + message.bytes + this.#turn.costs;
    if (bytes > UNFLUSHED_MAX && bytes > this.rules.bytesMax()) this.flush();
    const { ttlMs, extra } = message.entry;
    // A copy of a broadcast in a turn is the first of it, where it can be asked whether it may still leave.
    const mayShareTurn = extra === NO_EXTRA || extra.broadcast === undefined || this.#turn.isEmpty;
    if (this.#lanes.isEmpty && ttlMs === 0 && mayShareTurn) {
      this.#turn.push(subscription, message);
      return;
    }
    this.#queueTurn();
    this.#lanes.push(subscription, message.entry.lane, message);
  }

  /**
   * Messages in a row that need not be asked for anything, as `pushMessage` each, and in one step. False:
   * they have to go one by one.
   */
  pushAll(subscription: Subscription, messages: readonly EncodedMessage[], bytes: number): boolean {
    const counted = bytes + messages.length * ITEM_COST;
    if (this.#isOver || !this.isEmpty || counted > UNFLUSHED_MAX) return false;
    this.#turn.pushAll(subscription, messages, bytes);
    return true;
  }

  /** An urgent message, before what is below it in its channel and was not pushed yet: it carries no position. */
  pushAhead(subscription: Subscription, message: EncodedMessage): void {
    if (this.#isOver) return;
    this.#queueTurn();
    this.#lanes.push(subscription, message.entry.lane, message, true);
  }

  pushSkip(subscription: Subscription, at: Position, lane: number, reason: SkipReason): void {
    if (this.#isOver) return;
    this.#queueTurn();
    this.#lanes.push(subscription, lane, { kind: 'skip', at, reason });
  }

  /** Lets go of what waits for one subscription, told to nobody: it ends or starts anew. */
  forget(subscription: Subscription): void {
    this.#queueTurn();
    this.#lanes.forget(subscription);
    this.#account();
  }

  /** Whether a message of so many bytes may be pushed now, and nothing be dropped for it. */
  hasRoomFor(bytes: number): boolean {
    const most = this.streamMax;
    const unflushed = this.wire.unflushed();
    const turn = this.#turn;
    if (this.#isOpen && !this.#isBlocked && this.#lanes.isEmpty) {
      // What is first is written however long it is, if the kernel takes anything at all.
      if (turn.isEmpty && unflushed < most) return true;
      if (turn.bytes + unflushed + bytes <= most) return true;
    }
    const held = Math.min(unflushed, UNFLUSHED_MAX);
    return this.bytes + held + bytes + this.#turn.costs <= this.rules.bytesMax();
  }

  /**
   * Whether so many bytes may be written past it, which nobody is owed: not while something is owed that the
   * kernel did not take, and not so many that what comes next would wait for them.
   */
  hasRoomBeside(bytes: number): boolean {
    return !this.#isBlocked && (this.wire.unflushed() === 0 || this.#hasStreamRoomFor(bytes));
  }

  /** The stream was given something by another way: it counts, too, until the kernel has taken it. */
  recount(): void {
    this.#account();
  }

  /** Settles when the kernel has taken what it was given before, or when the connection has ended. */
  drained(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      if (this.#drainWaiters.push(resolve) > 1) return;
      // It may take nothing, with all lanes empty: it is slow then, too.
      if (this.wire.unflushed() > 0) this.watch.stalled();
      this.wire.onceDrained(() => this.#tellDrained());
    });
  }

  /** Lets go of what waits: the connection has ended. */
  end(): void {
    this.#isOver = true;
    this.#isOpen = false;
    this.#queueTurn();
    this.#lanes.clear();
    this.#account();
    this.#tellDrained();
  }

  /** Writes what the kernel has room for; the rest goes when it has drained. */
  flush(): void {
    // A wire may call back in the middle of a write: what comes later must not go out before it ends.
    if (this.#isWriting || this.#isOver) return;
    this.#isWriting = true;
    try {
      this.#flush();
    } catch (error) {
      this.watch.broken(error);
    } finally {
      this.#isWriting = false;
    }
  }

  #flush(): void {
    if (!this.#turn.isEmpty && this.#writeTurn()) return this.#account();
    if (this.#lanes.isEmpty) return;
    if (this.#isOpen) this.#writeLanes();
    this.#bound();
    this.#account();
    if (this.#isOpen) this.#awaitDrain();
  }

  /** Everything of this turn in one write, if the kernel has room for all of it. */
  #writeTurn(): boolean {
    const { wire, rules } = this;
    if (
      !this.#isOpen ||
      this.#isBlocked ||
      !this.#lanes.isEmpty ||
      !this.#hasStreamRoomFor(this.#turn.bytes) ||
      !this.#turn.mayLeave()
    ) {
      this.#queueTurn();
      return false;
    }
    rules.delivered(this.#turn.send(wire, rules.joined));
    return true;
  }

  /** This turn's messages cannot leave at once: from here on lanes decide. */
  #queueTurn(): void {
    this.#turn.drain((subscription, message) =>
      this.#lanes.push(subscription, message.entry.lane, message),
    );
  }

  #hasStreamRoomFor(bytes: number): boolean {
    const held = bytes + this.wire.unflushed();
    // The share is asked for only where it can matter: this is done for each write.
    return held <= STREAM_MIN || held <= this.streamMax;
  }

  #writeLanes(): void {
    const { wire } = this;
    for (;;) {
      const most = this.streamMax;
      const room = most - wire.unflushed();
      if (room <= 0) return;
      const fitsWhole = this.#lanes.leavingBytes <= room;
      const taken = fitsWhole ? this.#lanes.takeAll() : this.#lanes.takeUrgent(room);
      writeTaken(wire, taken, this.rules);
      // Where little may wait it goes in small portions: whose kernel takes them at once loses nothing by that.
      const isInPortions = most < UNFLUSHED_MAX && wire.unflushed() === 0;
      if (!isInPortions || this.#lanes.isEmpty) return;
    }
  }

  /** Lets go of what has expired, then drops the least urgent lanes, until the bound holds. */
  #bound(): void {
    // Beyond it are answers: no lane is dropped for them.
    const held = Math.min(this.wire.unflushed(), UNFLUSHED_MAX);
    // The stream may hold what it was given when more might wait: lanes keep room for what is urgent.
    const max = Math.max(LEAST_WAITING, this.rules.bytesMax() - held);
    if (this.#lanes.droppableBytes <= max) return;
    this.#lanes.expire(this.rules.now());
    const dropped = this.#lanes.dropDownTo(max);
    if (dropped > 0) this.rules.dropped(dropped);
  }

  #awaitDrain(): void {
    if (this.#lanes.isEmpty || this.#isBlocked) return;
    this.#isBlocked = true;
    this.#lanes.wait();
    this.watch.stalled();
    this.wire.onceDrained(() => {
      this.#isBlocked = false;
      this.#lanes.goOn();
      this.watch.recovered();
      this.flush();
      this.#account();
    });
  }

  /** What waits here, and what the stream holds of what was sent before, answers included. */
  #account(): void {
    const held = this.#isOver ? 0 : this.wire.unflushed();
    const counted = this.#lanes.bytes + held;
    if (counted !== this.#counted) {
      this.rules.waiting(counted - this.#counted);
      this.#counted = counted;
    }
    if (held === 0 || this.#isBlocked || this.#isRecounting) return;
    this.#isRecounting = true;
    this.wire.onceDrained(() => {
      this.#isRecounting = false;
      this.#account();
    });
  }

  #tellDrained(): void {
    if (!this.#isBlocked) this.watch.recovered();
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
