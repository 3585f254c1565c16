import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { BROKER } from '../broker/broker.port.js';
import type { Broker } from '../broker/broker.port.js';
import { CONFIG } from '../config/config.js';
import type { Config } from '../config/config.js';
import { CarillonError } from '../protocol/carillon-error.js';
import type { ChannelName } from '../protocol/channel-name.js';
import type { PresenceReply } from '../protocol/commands/presence.js';
import { LIMITS } from '../protocol/limits.js';
import type { PresencePush } from '../protocol/pushes/presence.js';
import { Attendance } from './attendance.js';
import { ChangeTeller } from './change-teller.js';
import { HolderLease } from './holder-lease.js';
import { LapsedSweep } from './lapsed-sweep.js';
import { encodeState } from './member-state.js';
import { PRESENCE_STORE } from './presence-store.port.js';
import type { PresenceStore, Stay } from './presence-store.port.js';

const TICK_MS = 1_000;
/** Without a lease nobody can enter, so the store is asked more often. */
const TICK_AWAY_MS = 200;

const NOT_YET = 'The presence of this session is not stored yet; try again in a second.';
const NOT_THERE = 'Subscribe to the channel before you set a state in it.';

/**
 * Who is where. Changes go as notes (`presence-note.ts`) to every instance that follows the channel.
 *
 * A user joins with the first client and leaves with the last one. A clean leave counts at once; a
 * lost connection counts after 5 s, unless the client came back on any instance; the sessions of a
 * killed instance leave within 10 s of the kill.
 */
@Injectable()
export class PresenceService implements OnModuleInit, OnApplicationShutdown {
  readonly #attendance: Attendance;
  readonly #lease: HolderLease;
  readonly #sweep: LapsedSweep;
  readonly #teller: ChangeTeller;
  #timer: NodeJS.Timeout | null = null;
  #isSound: boolean | null = null;
  readonly #logger = new Logger(PresenceService.name);

  constructor(
    @Inject(PRESENCE_STORE) private readonly store: PresenceStore,
    @Inject(BROKER) broker: Broker,
    @Inject(CONFIG) config: Config,
  ) {
    // Leases are compared by their last end, so it has to survive being written down.
    const now = () => Math.floor(broker.now());
    this.#teller = new ChangeTeller(broker, store);
    const changed = (push: PresencePush) => this.#teller.tell(push);
    const lease = new HolderLease(store, config.instanceId, now);
    const doubt = () => lease.doubt();
    this.#attendance = new Attendance({ store, now, holder: () => lease.holder, changed, doubt });
    this.#lease = lease;
    this.#sweep = new LapsedSweep(store, now, changed);
  }

  onModuleInit(): void {
    void this.tick();
    this.#schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#lease.close();
  }

  /**
   * A session came to a channel. Never rejects: while the store is away it is tried again for as
   * long as the session stays. Resolves when the first try is over. Repeating it changes nothing.
   */
  enter(stay: Stay): Promise<void> {
    return this.#attendance.enter(stay);
  }

  /**
   * A session left a channel. Never rejects.
   *
   * @param options.clean true when the client said so; false when its connection was lost or moved,
   * and it may come back
   */
  leave(sessionId: string, channel: ChannelName, options: { clean: boolean }): Promise<void> {
    return this.#attendance.leave(sessionId, channel, options.clean);
  }

  /** A session ended: it leaves every channel that it entered. As `leave`. */
  leaveAll(sessionId: string, options: { clean: boolean }): Promise<void> {
    return this.#attendance.leaveAll(sessionId, options.clean);
  }

  /**
   * The users in a channel, those who came first before the others, at most 1000 of them; `total`
   * counts all.
   *
   * @throws `unavailable` when the store does not answer
   */
  async members(channel: ChannelName): Promise<PresenceReply> {
    const { members, total } = await this.store.members(channel, LIMITS.pageMax);
    members.sort((a, b) => a.joinedAt - b.joinedAt || (a.user < b.user ? -1 : 1));
    return { members, total };
  }

  /**
   * Sets what the others see beside the user's name in a channel; the last client that sets it wins.
   *
   * @throws `invalid_request` for a state that is too large or not JSON, `not_found` when the session
   * is not in the channel, `unavailable` when the store does not answer or does not know it yet
   */
  async update(
    stay: Pick<Stay, 'channel' | 'sessionId' | 'user' | 'client'>,
    state: unknown,
  ): Promise<void> {
    const { channel, sessionId, user, client } = stay;
    const text = encodeState(state);
    // A subscription that has just been made may still be on its way to the store.
    const isWanted = await this.#attendance.isWanted(sessionId, channel);
    const change = await this.store.update({ channel, user, client, state: text });
    if (change !== null) this.#teller.tell(change);
    else if (isWanted) throw new CarillonError('unavailable', NOT_YET, { retryAfterMs: TICK_MS });
    else throw new CarillonError('not_found', NOT_THERE);
  }

  /** What has to be done each second. Called by a timer, and by tests that hold the clock. */
  async tick(): Promise<void> {
    this.#attendance.endLingering();
    const isChanged = await this.#lease.renew();
    if (isChanged) this.#attendance.reassert();
    this.#log();
    const sweep = this.#lease.isTrusted ? this.#sweep.run() : null;
    const isSettled = await this.#attendance.settleAll();
    if (isSettled) await this.#lease.giveUpFormer();
    await sweep;
    await this.#teller.retry();
  }
  /** By the clock and not by the end of a tick: a long one must not delay the lease. */
  #schedule(): void {
    this.#timer = setTimeout(
      () => {
        this.#schedule();
        void this.tick();
      },
      this.#lease.isSound ? TICK_MS : TICK_AWAY_MS,
    );
    this.#timer.unref();
  }

  /** Tells of a store that went away or came back; one that was never there is the broker's to tell. */
  #log(): void {
    const was = this.#isSound;
    if (was === null && !this.#lease.isSound) return;
    this.#isSound = this.#lease.isSound;
    if (was === null || was === this.#isSound) return;
    if (this.#isSound) this.#logger.log('presence is stored again');
    else this.#logger.warn('presence cannot be stored; it is tried again until it can');
  }
}
