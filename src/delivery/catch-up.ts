import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { LogPage } from '../broker/broker.port.js';
import type { LogEntry } from '../broker/log-entry.js';
import type { Position } from '../broker/position.js';
import { Places } from '../kernel/places.js';
import { Metrics } from '../telemetry/metrics.js';
import type { EncodedMessage } from './encoded-message.js';
import { encodedOnce } from './encoded-once.js';
import { exclusionOf } from './exclusion.js';
import type { FollowedChannel } from './followed-channel.js';
import { firstPage, type Start, type StartQuery } from './first-page.js';
import { gapOf, tearGapOf } from './gap-of.js';
import { LogPages } from './log-pages.js';
import type { Skipped } from './offset-ranges.js';
import type { Session } from './session.js';
import type { Subscription } from './subscription.js';
import { tellLeftOut } from './tell-missing.js';

/** Between two tries to read the log for a subscription that catches up, in milliseconds; by chance, a half more or less. */
const RETRY_MS = 250;

/** Channels of one connection that are read at a time: each finds the room of all of them free. */
const READ_AT_A_TIME = 4;

/** While the log has nothing more but the instance's own cursor is elsewhere, in milliseconds. */
const BEHIND_MS = 20;

/** Bytes of the log that are read at a time for a subscription that is behind, once there is room for them. */
const PAGE_BYTES = 32_768;

/** Of as few sizes as that, so that who stands at the same place shares a read. */
const SMALLEST_PAGE_BYTES = 2_048;

/** Whether a step brought a subscription further or not, its outbox had no room for all of it, or the broker is away. */
type Handed = 'further' | 'no further' | 'full' | 'away';

/** Brings a subscription from its place to the channel's cursor, page by page from the log. */
@Injectable()
export class CatchUp {
  readonly #places = new WeakMap<Session, Places>();

  constructor(
    private readonly pages: LogPages,
    private readonly metrics: Metrics,
  ) {}

  /** What the answer to a subscribe holds, and where the subscription goes on. */
  firstPage(session: Session, channel: FollowedChannel, query: StartQuery): Promise<Start> {
    return firstPage(this.pages, session, channel, query);
  }

  /**
   * Goes live at once when nothing lies between, else reads and sends until nothing does. Entries up
   * to `replayTo` are marked as replayed. What the answer has left out is told first. Ends silently
   * when the subscription is closed.
   */
  async run(
    subscription: Subscription,
    channel: FollowedChannel,
    replayTo: number,
    leftOut: readonly Skipped[] = [],
  ): Promise<void> {
    tellLeftOut(subscription.session.wire, subscription, leftOut, this.metrics);
    while (isCatchingUp(subscription)) {
      if (channel.isReachedBy(subscription.reached, subscription.breaks)) {
        subscription.phase = 'live';
        return;
      }
      const { session } = subscription;
      const handed = await this.#placesOf(session).hold(() =>
        this.#step(subscription, channel, replayTo),
      );
      if (handed === 'full') await session.outbox.drained();
      else if (handed === 'away') await pause(RETRY_MS * (0.5 + Math.random()));
      else if (handed === 'no further') await pause(BEHIND_MS);
      // A log in memory answers within the turn, and others are to get theirs.
      else if (!channel.isReachedBy(subscription.reached, subscription.breaks)) await nextTurn();
    }
  }

  #placesOf(session: Session): Places {
    const known = this.#places.get(session);
    if (known) return known;
    const places = new Places(READ_AT_A_TIME);
    this.#places.set(session, places);
    return places;
  }

  /** Reads a page, if there is room for it, and hands it on. It may have ended while it waited for its place. */
  async #step(
    subscription: Subscription,
    channel: FollowedChannel,
    replayTo: number,
  ): Promise<Handed> {
    const { outbox } = subscription.session;
    if (!isCatchingUp(subscription)) return 'further';
    const bytes = pageBytes(outbox.streamMax);
    if (!outbox.hasRoomFor(bytes)) {
      // What waits for its window is in the way, and nothing else may be waiting to drain.
      outbox.flush();
      return 'full';
    }
    const { breaks } = channel;
    const page = await this.#read(channel, subscription.reached, bytes);
    if (!page) return 'away';
    if (!isCatchingUp(subscription)) return 'further';
    subscription.breaks = breaks;
    return this.#hand(subscription, page, replayTo);
  }

  async #read(channel: FollowedChannel, reached: Position, bytes: number): Promise<LogPage | null> {
    try {
      return await this.pages.after(channel, reached, bytes);
    } catch {
      // The broker is away: clients were told `degraded`, and this one goes on where it was.
      return null;
    }
  }

  #hand(subscription: Subscription, page: LogPage, replayTo: number): Handed {
    const { session } = subscription;
    if (page.continuity !== 'continued') {
      const { resumeAt, facts } = page;
      if (!hasAllLeft(subscription)) return 'no further';
      const { channel, told } = subscription;
      this.metrics.gap(page.continuity);
      session.wire.emit('gap', gapOf(channel, told, page.continuity, facts.epoch, resumeAt));
      subscription.startAt(resumeAt);
    } else if (page.entries.length === 0) {
      // The channel's cursor is of a history that is no more; the feed will notice and move it.
      return 'no further';
    }
    for (const entry of page.entries) {
      const message = encodedOnce(entry, entry.offset <= replayTo);
      // What there is no room for would be dropped: it is read again when there is.
      if (!session.outbox.hasRoomFor(message.bytes)) {
        session.outbox.flush();
        if (!session.outbox.hasRoomFor(message.bytes)) return 'full';
      }
      if (!queueEntry(subscription, entry, message)) return 'no further';
    }
    session.outbox.flush();
    return 'further';
  }
}

/** As much as goes out at a time: what there is no room for is read again. */
function pageBytes(streamMax: number): number {
  let bytes = PAGE_BYTES;
  while (bytes > streamMax && bytes > SMALLEST_PAGE_BYTES) bytes /= 2;
  return bytes;
}

function pause(ms: number): Promise<void> {
  return delay(ms, undefined, { ref: false });
}

function isCatchingUp(subscription: Subscription): boolean {
  return subscription.phase === 'catching up';
}

/**
 * Whether all that was queued for a subscription has left, so that a place may be told behind it. What
 * cannot leave now is let go, and the subscription stands again where it was last told: it is read anew.
 */
export function hasAllLeft(subscription: Subscription): boolean {
  const { session } = subscription;
  session.outbox.flush();
  // It ended in that very write: nothing is told behind what did not leave.
  if (session.outbox.isOver) return false;
  if (subscription.waiting.every((count) => count === 0)) return true;
  session.outbox.forget(subscription);
  subscription.goBack();
  return false;
}

/**
 * Queues an entry for one subscription: as a message, or as an offset that is not for it. False when
 * the subscription must be read anew from the place where it stands now.
 */
export function queueEntry(
  subscription: Subscription,
  entry: LogEntry,
  message: EncodedMessage,
): boolean {
  if (entry.kind === 't') return tellTear(subscription, entry, message.place);
  subscription.reached = message.place;
  const { session } = subscription;
  const wasAhead = subscription.forgetAhead(entry);
  const exclusion =
    exclusionOf(session, subscription.channel, entry) ?? (wasAhead ? 'duplicate' : null);
  if (exclusion === null) session.outbox.pushMessage(subscription, message);
  else session.outbox.pushSkip(subscription, message.place, entry.lane, exclusion);
  return true;
}

/**
 * Sends an urgent entry to a subscription that is still behind: before what it has not read or was not
 * given yet, and so without a position. When its turn comes, its offset is told as sent before. False: it
 * has to wait for it.
 */
export function sendAhead(
  subscription: Subscription,
  channel: FollowedChannel,
  entry: LogEntry,
  message: EncodedMessage,
): boolean {
  const { session, reached, breaks, phase } = subscription;
  // Who is live was told of each break; who reads may not have seen the last ones.
  const hasSeenBreaks = phase === 'live' || breaks === channel.breaks;
  const isOfItsHistory = hasSeenBreaks && !channel.isBreaking && entry.epoch === reached.epoch;
  if (!subscription.hasBegun || phase === 'closed' || !isOfItsHistory) return false;
  if (entry.kind !== 'm' || entry.offset <= reached.offset) return false;
  // Those of one priority come in order, also when they come before the rest.
  if (!channel.owesNothingUrgent(subscription) || !subscription.overtakes(entry)) return false;
  const exclusion = exclusionOf(session, subscription.channel, entry);
  if (exclusion === null) session.outbox.pushAhead(subscription, message);
  // What is not for it is not owed to it either. But a copy of a broadcast may be, by the time of its turn.
  else if (exclusion === 'duplicate') subscription.forgetAhead(entry);
  return exclusion === null;
}

/** A failover took a range away: whoever passes this place is told, whether it had reached it or not. */
function tellTear(subscription: Subscription, entry: LogEntry, place: Position): boolean {
  if (!hasAllLeft(subscription)) return false;
  const { session, channel, told } = subscription;
  session.wire.emit('gap', tearGapOf(channel, told, entry));
  subscription.startAt(place);
  return true;
}
