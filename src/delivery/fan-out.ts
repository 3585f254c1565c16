import { isAtOrBefore } from '../broker/position.js';
import { SHORT_SLICE_MS, Slice, SLICE_MS } from '../kernel/slice.js';
import type { Metrics } from '../telemetry/metrics.js';
import { hasAllLeft, queueEntry, sendAhead } from './catch-up.js';
import type { FeedItem } from './channel-feed.port.js';
import { EncodedMessage } from './encoded-message.js';
import { endBroken } from './end-broken.js';
import type { FlushSchedule } from './flush-schedule.js';
import type { FollowedChannel } from './followed-channel.js';
import { gapOf } from './gap-of.js';
import { givesWhole, isOpen, NO_ENTRY, type Run } from './run.js';
import type { Subscription } from './subscription.js';

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

/** What waits of one channel, in the order of its log. */
interface Line {
  readonly channel: FollowedChannel;
  readonly runs: Run[];
  /** What is urgent and came while something else waited here: it does not wait for that. */
  readonly ahead: Run[];
  /** How many of both are urgent: while there are any, its turn is among the urgent lines. */
  urgent: number;
  /** How many of `runs` are not urgent, and how many are and stand behind one that is not. */
  usual: number;
  heldUp: number;
  /** It stands among those that are not. */
  isDue: boolean;
}

/**
 * Queues what a channel gets for everybody who is in it, each in turn all of a run, and then has them
 * written to. In slices, of one channel after the other: a burst into a large channel holds up nothing
 * else. Channels with something urgent go before the others, and every eighth slice begins with those.
 * What is urgent goes before what waits of its own channel, too.
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
      append(this.#lineOf(channel), { ...NO_ENTRY, channel, messages: [], end });
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
    const run = { ...NO_ENTRY, channel, messages: [message], isFill, steps, bytes, isPlain };
    if (!isUrgent) {
      append(line, run);
      return;
    }
    // Behind a break it is of another history, of which who is here does not know yet; behind another that
    // is held up it would not be in order.
    const mayPass = !isFill && !channel.isBreaking && line.heldUp === 0;
    if (line.usual > 0 && mayPass) {
      line.ahead.push({ ...run, isUrgent, isAhead: true, isAlone: true });
      append(line, { ...run, isAlone: true, isPlain: false });
    } else append(line, { ...run, isUrgent, isAlone: true, isHeldUp: line.usual > 0 });
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
      line = { channel, runs: [], ahead: [], urgent: 0, usual: 0, heldUp: 0, isDue: false };
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
    const [first] = line.runs;
    // What came before it and is as urgent goes before what overtakes.
    const queue = first?.isUrgent || line.ahead.length === 0 ? line.runs : line.ahead;
    const [run] = queue;
    // Should it throw, the line is still there, and goes on behind the subscription in which it did.
    const isDone = run === undefined || this.#hand(run, slice);
    from.shift();
    if (!isUrgent) line.isDue = false;
    if (run && isDone) {
      queue.shift();
      if (run.isUrgent) line.urgent -= 1;
      else line.usual -= 1;
      if (run.isHeldUp) line.heldUp -= 1;
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
        else if (run.isAhead) this.#handAhead(subscription, run);
        else this.#handEntries(subscription, run);
      } catch (error) {
        endBroken(subscription.session, error, this.rules.metrics);
      }
      if (slice.isOver(run.steps) && !this.#isOverfull) return false;
    }
    if (end) channel.hasBroken();
    for (const { bytes, place } of messages) {
      if (run.isUrgent) channel.handedUrgent(place);
      if (run.isAhead) continue;
      this.#waiting -= 1;
      this.#waitingBytes -= bytes;
    }
    return true;
  }

  /** Gives what is urgent to one that may have to be given something else of its channel first. */
  #handAhead(subscription: Subscription, { channel, messages }: Run): void {
    for (const message of messages) {
      const { entry } = message;
      const isNext = subscription.phase === 'live' && subscription.reached.chain === entry.prev;
      const isOwed = isNext
        ? queueEntry(subscription, entry, message)
        : sendAhead(subscription, channel, entry, message);
      if (isOwed) this.rules.schedule.owe(subscription.session, true);
    }
  }

  #handEntries(subscription: Subscription, run: Run): void {
    const { channel, messages, isFill, isUrgent } = run;
    const { session } = subscription;
    if (givesWhole(subscription, run)) return this.rules.schedule.owe(session, false);
    let isOwed = false;
    let isUrgentOwed = isUrgent;
    for (const message of messages) {
      const { entry } = message;
      if (subscription.phase !== 'live') {
        if (isUrgent && sendAhead(subscription, channel, entry, message)) isOwed = true;
        continue;
      }
      if (isAtOrBefore(entry, subscription.reached)) continue;
      isOwed = true;
      // It may not have gone ahead to this one.
      isUrgentOwed ||= entry.lane === 0 && !subscription.wasSentAhead(message.place);
      // Of a hole there may be more than fits: who has no room reads it at its own pace, and loses nothing.
      const hasRoom = !isFill || session.outbox.hasRoomFor(message.bytes);
      if (!hasRoom || !queueEntry(subscription, entry, message)) {
        this.rules.fallBehind(subscription, channel);
      }
    }
    if (isOwed) this.rules.schedule.owe(session, isUrgentOwed);
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

function append(line: Line, run: Run): void {
  line.runs.push(run);
  if (!run.isUrgent) line.usual += 1;
  else if (run.isHeldUp) line.heldUp += 1;
}

/** Those who are to be given it, from now on. */
function begun({ channel, end }: Run): Iterable<Subscription> {
  if (end) channel.endsAt(end.to);
  return channel.all.values();
}
