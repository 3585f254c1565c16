import { isAtOrBefore, type Position } from '../broker/position.js';
import type { GapReason } from '../protocol/gap.js';
import { SHORT_SLICE_MS, Slice, SLICE_MS } from '../kernel/slice.js';
import type { Metrics } from '../telemetry/metrics.js';
import { hasAllLeft, queueEntry, sendAhead } from './catch-up.js';
import type { FeedItem } from './channel-feed.port.js';
import { EncodedMessage } from './encoded-message.js';
import { endBroken } from './end-broken.js';
import type { FlushSchedule } from './flush-schedule.js';
import type { FollowedChannel } from './followed-channel.js';
import { gapOf } from './gap-of.js';
import type { Subscription } from './subscription.js';

/** Entries of one channel that a connection is given before the next one is. */
const RUN_MAX = 64;

/** Entries that may wait here, and their bytes: with more, a stretch of work goes on until they are fewer. */
const WAITING_MAX = 65_536;
const WAITING_BYTES_MAX = 33_554_432;

/** As much more of a message takes as long as one message more, in bytes. */
const STEP_BYTES = 8_192;

/** Every eighth slice begins with what is not urgent. */
const FLOOR_SHARE = 8;

export interface FanOutRules {
  readonly schedule: FlushSchedule;
  readonly metrics: Metrics;
  /** Milliseconds on the monotonic clock. */
  now(): number;
  /** Runs a slice in the next turn of the event loop. */
  next(slice: () => void): void;
  /** Something urgent will come at any moment. */
  isUrgentNear(): boolean;
  /** What a subscription could not be given now is read again for it. */
  fallBehind(subscription: Subscription, channel: FollowedChannel): void;
}

/** Entries of one channel on their way to its subscriptions, or the end of its history. */
interface Run {
  readonly channel: FollowedChannel;
  readonly messages: EncodedMessage[];
  readonly isFill: boolean;
  /** Such an entry is a run of its own: whether the next one may go ahead depends on all of this one. */
  readonly isUrgent: boolean;
  readonly end: { readonly reason: GapReason; readonly to: Position } | null;
  /** Who has not been given it yet; null: nobody has. */
  left: Iterable<Subscription> | null;
  /** What giving it to one subscription is worth in steps of a slice. */
  steps: number;
  bytes: number;
  /** Nothing in it has to be asked for anything: see `givesWhole`. */
  isPlain: boolean;
}

/** What waits of one channel, in the order of its log. */
interface Line {
  readonly channel: FollowedChannel;
  readonly runs: Run[];
  /** How many of them are urgent: while there are any, its turn is among the urgent lines. */
  urgent: number;
  /** It stands among those that are not. */
  isDue: boolean;
}

/**
 * Queues what a channel gets for everybody who is in it, each in turn all of a run, and then has them
 * written to. In slices, of one channel after the other: a burst into a large channel holds up nothing
 * else. Channels with something urgent go before the others, and every eighth slice begins with those.
 */
export class FanOut {
  readonly #lines = new Map<FollowedChannel, Line>();
  readonly #due: Line[] = [];
  readonly #urgent: Line[] = [];
  #waiting = 0;
  #waitingBytes = 0;
  #slices = 0;
  #isContinued = false;

  constructor(private readonly rules: FanOutRules) {}

  /** Whether something urgent is still to be queued for somebody, or written. */
  get hasUrgent(): boolean {
    return this.#urgent.length > 0 || this.rules.schedule.hasUrgent;
  }

  /** Takes an entry or a break of a channel that is followed here; `run` hands it on. */
  take(channel: FollowedChannel, item: FeedItem): void {
    if (item.kind === 'break') {
      channel.breaksAt(item.to);
      const end = { reason: item.reason, to: item.to };
      const how = { isFill: false, isUrgent: false, isPlain: false, bytes: 0 };
      this.#lineOf(channel).runs.push({ channel, messages: [], end, left: null, steps: 1, ...how });
      return;
    }
    const { entry, isFill } = item;
    // The feed may hand on again what was read when the channel was first followed.
    if (isAtOrBefore(entry, channel.cursor)) return;
    const message = new EncodedMessage(entry, false);
    channel.cursor = message.place;
    this.#waiting += 1;
    this.#waitingBytes += message.bytes;
    const isUrgent = entry.lane === 0;
    const { bytes, isPlain } = message;
    const steps = 1 + bytes / STEP_BYTES;
    const line = this.#lineOf(channel);
    const last = line.runs.at(-1);
    if (last && !isUrgent && isOpen(last, isFill)) {
      last.messages.push(message);
      last.steps += steps;
      last.bytes += bytes;
      last.isPlain &&= isPlain;
      return;
    }
    const how = { isFill, isUrgent, end: null, left: null, steps, bytes, isPlain };
    line.runs.push({ channel, messages: [message], ...how });
    if (!isUrgent) return;
    line.urgent += 1;
    if (line.urgent === 1) this.#urgent.push(line);
  }

  /** All of a batch was taken: hands on as much as a slice has time for, the rest in the next turns. */
  run(): void {
    if (!this.#isContinued || this.#isOverfull) this.#work();
  }

  get #isOverfull(): boolean {
    return this.#waiting > WAITING_MAX || this.#waitingBytes > WAITING_BYTES_MAX;
  }

  #lineOf(channel: FollowedChannel): Line {
    let line = this.#lines.get(channel);
    if (!line) {
      line = { channel, runs: [], urgent: 0, isDue: false };
      this.#lines.set(channel, line);
      this.#queue(line);
    }
    return line;
  }

  #work(): void {
    const { schedule } = this.rules;
    const isInTheWay =
      this.#urgent.length === 0 && (schedule.hasUrgent || this.rules.isUrgentNear());
    const slice = new Slice(() => this.rules.now(), isInTheWay ? SHORT_SLICE_MS : SLICE_MS);
    this.#slices += 1;
    let isFirst = this.#slices % FLOOR_SHARE === 0;
    while (this.#lines.size > 0) {
      const isOver = !this.#handNext(slice, isFirst);
      isFirst = false;
      if (isOver) break;
    }
    schedule.run();
    if (this.#lines.size === 0 || this.#isContinued) return;
    this.#isContinued = true;
    this.rules.next(() => {
      this.#isContinued = false;
      this.#work();
    });
  }

  /** Hands on the next run of the line whose turn it is, and puts that line behind the others. False: the slice was over before. */
  #handNext(slice: Slice, isForAll: boolean): boolean {
    this.#passUrgentAmongDue();
    const isUrgent = this.#urgent.length > 0 && !(isForAll && this.#due.length > 0);
    const from = isUrgent ? this.#urgent : this.#due;
    const [line] = from;
    if (!line) return true;
    const [run] = line.runs;
    // Should it throw, the line is still there, and goes on behind the subscription in which it did.
    const isDone = run === undefined || this.#hand(run, slice);
    from.shift();
    if (!isUrgent) line.isDue = false;
    if (run && isDone) {
      line.runs.shift();
      if (run.isUrgent) line.urgent -= 1;
    }
    if (line.urgent > 0) this.#urgent.push(line);
    else if (line.isDue) return isDone;
    else if (line.runs.length > 0) this.#queue(line);
    else this.#lines.delete(line.channel);
    return isDone;
  }

  /** Lines that became urgent stand among those as well: their turn is there. */
  #passUrgentAmongDue(): void {
    for (let [line] = this.#due; line && line.urgent > 0; [line] = this.#due) {
      this.#due.shift();
      line.isDue = false;
    }
  }

  #queue(line: Line): void {
    line.isDue = true;
    this.#due.push(line);
  }

  /** False: the slice was over before everybody had it. */
  #hand(run: Run, slice: Slice): boolean {
    const { channel, end, messages } = run;
    run.left ??= begun(run);
    // Not through a generator: this is the loop that a fan-out runs in. A set goes on where it was left.
    for (const subscription of run.left) {
      try {
        if (end) this.#handEnd(subscription, channel, end);
        else this.#handEntries(subscription, run);
      } catch (error) {
        endBroken(subscription.session, error, this.rules.metrics);
      }
      if (slice.isOver(run.steps) && !this.#isOverfull) return false;
    }
    if (end) channel.hasBroken();
    for (const { bytes, place } of messages) {
      this.#waiting -= 1;
      this.#waitingBytes -= bytes;
      if (run.isUrgent) channel.handedUrgent(place);
    }
    return true;
  }

  #handEntries(subscription: Subscription, run: Run): void {
    const { channel, messages, isFill, isUrgent } = run;
    const { session } = subscription;
    if (givesWhole(subscription, run)) return this.rules.schedule.owe(session, false);
    let isOwed = false;
    for (const message of messages) {
      const { entry } = message;
      if (subscription.phase !== 'live') {
        if (isUrgent && sendAhead(subscription, channel, entry, message)) isOwed = true;
        continue;
      }
      if (isAtOrBefore(entry, subscription.reached)) continue;
      isOwed = true;
      // Of a hole there may be more than fits: who has no room reads it at its own pace, and loses nothing.
      const hasRoom = !isFill || session.outbox.hasRoomFor(message.bytes);
      if (!hasRoom || !queueEntry(subscription, entry, message)) {
        this.rules.fallBehind(subscription, channel);
      }
    }
    if (isOwed) this.rules.schedule.owe(session, isUrgent);
  }

  #handEnd(
    subscription: Subscription,
    channel: FollowedChannel,
    { reason, to }: NonNullable<Run['end']>,
  ): void {
    const { session, reached } = subscription;
    if (subscription.phase !== 'live') return;
    const isKnown = reason === 'trimmed' || reason === 'purged';
    if (isKnown && isAtOrBefore(to, reached)) return;
    // What waits belongs to the history that ended here: it is sent before the break is told.
    if (!hasAllLeft(subscription)) {
      this.rules.fallBehind(subscription, channel);
      return;
    }
    session.wire.emit('gap', gapOf(channel.name, subscription.told, reason, to.epoch, to));
    this.rules.metrics.gap(reason);
    subscription.startAt(to);
  }
}

/**
 * Queues a run as one where that comes to the same as its messages one by one: who is live and owed
 * nothing is given the list that all the others are given too. False: nothing was done.
 */
function givesWhole(subscription: Subscription, run: Run): boolean {
  const { messages, bytes, isPlain, isFill } = run;
  const [first] = messages;
  const last = messages.at(-1);
  // One alone is no list; what is urgent always is alone.
  if (!isPlain || isFill || !first || !last || first === last) return false;
  const { phase, reached, session } = subscription;
  const isNew = phase === 'live' && subscription.hasNothingAhead;
  if (!isNew || isAtOrBefore(first.entry, reached)) return false;
  if (!session.outbox.pushAll(subscription, messages, bytes)) return false;
  subscription.reached = last.place;
  return true;
}

/** Whether entries may still be added: nobody was given any of it yet. */
function isOpen({ left, end, isUrgent, isFill, messages }: Run, isFillToo: boolean): boolean {
  const isSame = end === null && !isUrgent && isFill === isFillToo;
  return isSame && left === null && messages.length < RUN_MAX;
}

/** Those who are to be given it, from now on. */
function begun({ channel, end }: Run): Iterable<Subscription> {
  if (end) channel.endsAt(end.to);
  return channel.all.values();
}
