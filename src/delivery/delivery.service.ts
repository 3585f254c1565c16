import { Inject, Injectable } from '@nestjs/common';
import { CarillonError } from '../protocol/carillon-error.js';
import type { ChannelName } from '../protocol/channel-name.js';
import type { Gap } from '../protocol/gap.js';
import type { Message } from '../protocol/message.js';
import { BROKER, type Broker } from '../broker/broker.port.js';
import { formatPosition } from '../broker/position.js';
import { CONFIG, type Config } from '../config/config.js';
import type { JsonText } from '../kernel/json-text.js';
import { presenceIn } from '../presence/presence-note.js';
import { Metrics } from '../telemetry/metrics.js';
import { CatchUp } from './catch-up.js';
import { ChannelPushes } from './channel-pushes.js';
import { endBroken } from './end-broken.js';
import type { FeedItem, FeedNote, FeedStatus } from './channel-feed.port.js';
import { FanOut } from './fan-out.js';
import { FlushSchedule } from './flush-schedule.js';
import type { FollowedChannel } from './followed-channel.js';
import { FollowedChannels } from './followed-channels.js';
import { LEAST_WAITING, Outbox } from './outbox.js';
import type { OutboxRules } from './outbox-rules.js';
import { JoinedFrames } from './joined-frames.js';
import { Session } from './session.js';
import { SessionWatch } from './session-watch.js';
import { SlowConsumers } from './slow-consumers.js';
import type { Start, StartQuery } from './first-page.js';
import { StatusPushes } from './status-pushes.js';
import { Subscription } from './subscription.js';
import type { Wire } from './wire.port.js';

/** No further large answer is read while more than this waits for the kernel, in bytes. */
const UNREAD_ANSWERS_MAX = 262_144;

/** A subscription that was prepared: what to answer, and how to go on once that was sent. */
export interface Joining {
  readonly channel: ChannelName;
  readonly epoch: string;
  /** That of the last of `messages`, else where the subscription starts. */
  readonly position: string;
  readonly messages: readonly Message[] | JsonText;
  /** Messages that will come as `message` with `replayed: true`. */
  readonly behind: number;
  readonly gap?: Gap;
  /** Call in the same turn in which the answer was sent: from then on messages flow. */
  readonly begin: () => void;
}

/** Fan-out inside one instance: who listens to what, and what each connection is owed. */
@Injectable()
export class DeliveryService {
  readonly #sessions = new Map<string, Session>();
  readonly #rules: OutboxRules;
  readonly #fanOut: FanOut;
  readonly #status: StatusPushes;
  #waiting = 0;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(BROKER) private readonly broker: Broker,
    private readonly channels: FollowedChannels,
    private readonly catchUp: CatchUp,
    private readonly slow: SlowConsumers,
    private readonly pushes: ChannelPushes,
    private readonly metrics: Metrics,
  ) {
    const joined = new JoinedFrames();
    const turns = {
      now: () => performance.now(),
      next: (slice: () => void): void => void setImmediate(slice),
      isUrgentNear: () => this.broker.isUrgentNear(),
    };
    const windowMs = this.config.joinWindowMs;
    this.#fanOut = new FanOut({
      schedule: new FlushSchedule({ windowMs, joined, ...turns }),
      metrics,
      ...turns,
      fallBehind: (subscription, channel) => this.#fallBehind(subscription, channel),
    });
    this.#status = new StatusPushes({ slow, metrics, sessions: () => this.#sessions.values() });
    this.#rules = {
      joined,
      bytesMax: () => this.#bytesMax(),
      now: () => this.broker.now(),
      delivered: (messages) => this.metrics.delivered(messages),
      dropped: (messages) => {
        this.metrics.dropped('overflow', messages);
        this.metrics.gap('overflow');
      },
      skipped: (reason, offsets) => this.metrics.skipped(reason, offsets),
      waiting: (change) => {
        this.#waiting += change;
        this.metrics.outboxBytes.set(this.#waiting);
      },
    };
  }

  get channelCount(): number {
    return this.channels.size;
  }

  /** Bytes that wait for all connections of this instance. */
  get outboxBytes(): number {
    return this.#waiting;
  }

  /** Whether something `critical` is expected, or has come and was not written to everybody. */
  get hasUrgent(): boolean {
    return this.broker.isUrgentNear() || this.#fanOut.hasUrgent;
  }

  /** Takes a connection in; nothing is sent to it before `session.outbox.open()`. */
  open(id: string, user: string, wire: Wire): Session {
    const watch = new SessionWatch(this.slow, this.metrics);
    const session = new Session(id, user, wire, new Outbox(wire, this.#rules, watch));
    watch.session = session;
    this.#sessions.set(id, session);
    return session;
  }

  close(session: Session): void {
    session.end();
    for (const subscription of session.subscriptions.values()) this.channels.remove(subscription);
    session.subscriptions.clear();
    this.#sessions.delete(session.id);
    this.slow.recovered(session);
  }

  /**
   * Follows the channel and reads what the answer needs. A subscription that the session had to the
   * channel ends at once: nothing of the channel is sent until `begin`.
   */
  async prepare(session: Session, channel: ChannelName, query: StartQuery): Promise<Joining> {
    this.leave(session, channel);
    const subscription = new Subscription(session, channel);
    session.subscriptions.set(channel, subscription);
    try {
      const followed = await this.channels.add(subscription);
      subscription.breaks = followed.breaks;
      const start = await this.catchUp.firstPage(session, followed, query);
      subscription.promised = start.broadcasts;
      if (subscription.hasEnded) {
        throw new CarillonError('unavailable', 'This subscription was ended or started anew.');
      }
      if (query.since) this.metrics.resumed(start.continuity);
      if (start.gap) this.metrics.gap(start.gap.reason);
      subscription.startAt(start.reached);
      return {
        channel,
        ...start.answer,
        ...(start.gap ? { gap: start.gap } : {}),
        begin: () => this.#begin(subscription, followed, start.replayTo, start.skipped),
      };
    } catch (error) {
      this.#end(subscription);
      throw error;
    }
  }

  /** Nothing of the channel is sent to the session any more. False when it was not subscribed. */
  leave(session: Session, channel: ChannelName): boolean {
    const subscription = session.subscriptions.get(channel);
    if (subscription) this.#end(subscription);
    return subscription !== undefined;
  }

  /** Where the session may go on in a channel, by all that was sent to it; null: it does not follow it. */
  placeIn(session: Session, channel: ChannelName): { epoch: string; position: string } | null {
    const told = session.subscriptions.get(channel)?.told;
    return told ? { epoch: told.epoch, position: formatPosition(told) } : null;
  }

  /** Hands a batch to everybody it is for; each connection gets its share in one write, as far as a slice goes. */
  deliver(items: readonly FeedItem[]): void {
    for (const item of items) {
      const channel = this.channels.get(item.channel);
      if (channel) this.#fanOut.take(channel, item);
    }
    this.#fanOut.run();
  }

  /** Whether a request of this session may be answered: false when it never reads, and is closed, or has ended. */
  mayAnswer(session: Session): boolean {
    return this.slow.hasRoom(session);
  }

  /** Settles when the connection has taken what it was answered before; null: it has room now. */
  roomToAnswer(session: Session): Promise<void> | null {
    if (session.wire.unflushed() <= UNREAD_ANSWERS_MAX) return null;
    this.slow.stalled(session);
    session.outbox.recount();
    return new Promise((resolve) =>
      session.wire.onceDrained(() => {
        // Its outbox may have written more by then, and stalled anew: that stall is not over.
        if (!session.outbox.isBlocked) this.slow.recovered(session);
        resolve();
      }),
    );
  }

  /** A large answer was written: what the connection leaves of it unread is counted, and it has not for ever to read it. */
  answered(session: Session): void {
    if (session.outbox.isOver) return;
    session.outbox.recount();
    void this.roomToAnswer(session);
  }

  /** Hands a passing note to everybody who is in the channel here; notes of an unknown kind pass by. */
  passOn({ channel, payload }: FeedNote): void {
    const push = presenceIn(payload);
    const followed = this.channels.get(channel);
    if (push && followed) this.pushes.push(followed, 'presence', push);
  }

  /** Tells every connection that the broker was lost, or is back. */
  tellStatus(status: FeedStatus): void {
    this.#status.tell(status);
  }

  /** Tells a session that has just begun what was told to all others before. */
  tellWhereDegraded(session: Session): void {
    this.#status.tellWhereDegraded(session);
  }

  /** What the kernel did not take is read again: until then the subscription is not live. */
  #fallBehind(subscription: Subscription, channel: FollowedChannel): void {
    // The connection may have ended while what waited for it was to leave.
    if (subscription.hasEnded) return;
    subscription.phase = 'catching up';
    subscription.breaks = -1;
    this.#begin(subscription, channel, 0);
  }

  #begin(
    subscription: Subscription,
    followed: FollowedChannel,
    replayTo: number,
    leftOut: Start['skipped'] = [],
  ): void {
    subscription.begin();
    this.catchUp
      .run(subscription, followed, replayTo, leftOut)
      .catch((error: unknown) => endBroken(subscription.session, error, this.metrics));
  }

  #end(subscription: Subscription): void {
    subscription.phase = 'closed';
    const { session, channel } = subscription;
    session.outbox.forget(subscription);
    session.forgetBroadcasts(subscription.promised);
    if (session.subscriptions.get(channel) === subscription) session.subscriptions.delete(channel);
    this.channels.remove(subscription);
  }

  /** The share of one connection shrinks as the whole fills: half full, half the share. */
  #bytesMax(): number {
    const { outboxBytes, outboxTotalBytes } = this.config;
    const free = 1 - Math.min(1, this.#waiting / outboxTotalBytes);
    return Math.max(LEAST_WAITING, Math.trunc(outboxBytes * free));
  }
}
