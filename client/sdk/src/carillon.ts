import { CarillonError } from './carillon-error.js';
import type { Channel } from './channel.js';
import { Channels } from './channels.js';
import { ClientRun } from './client-run.js';
import { ClockSampler } from './clock-sampler.js';
import { Connection } from './connection.js';
import type { ConnectionState } from './connection-state.js';
import { type Environment, systemEnvironment } from './environment.js';
import type { Gap } from './gap.js';
import { Listeners } from './listeners.js';
import { SILENT } from './logger.js';
import type { Message } from './message.js';
import {
  type CarillonOptions,
  type ChannelOptions,
  OUTBOX_BOUNDS,
  type Timeouts,
  TIMEOUTS,
  urlsOf,
} from './options.js';
import { Outbox } from './outbox.js';
import { OutboxAdoption } from './outbox-adoption.js';
import { OutboxJournal } from './outbox-journal.js';
import type { RestoredOutcome } from './publication.js';
import { ReleaseQueue } from './release-queue.js';
import { Requests } from './requests.js';
import { SeenBroadcasts } from './seen-broadcasts.js';
import { ServerChannels } from './server-channels.js';
import { ServerClock } from './server-clock.js';
import type { Session } from './session.js';
import { type CarillonState, detailOf, type StateDetail } from './state-detail.js';
import { MemoryStore } from './store.js';
import { StorePlace } from './store-place.js';
import { StoreWriter } from './store-writer.js';
import { TokenRenewal } from './token-renewal.js';
import { TokenSource } from './token-source.js';
import { WakeProbe } from './wake-probe.js';
import { watchedStore } from './watched-store.js';
import type { Push } from './wire.js';

/** A client of the service. Made by `createCarillon`; does nothing before `connect`. */
export class Carillon {
  readonly #environment: Environment;
  readonly #timeouts: Timeouts;
  readonly #connection: Connection;
  readonly #clock: ServerClock;
  readonly #releases: ReleaseQueue;
  readonly #requests: Requests;
  readonly #outbox: Outbox;
  readonly #channels: Channels;
  readonly #serverChannels: ServerChannels;
  readonly #renewal: TokenRenewal;
  readonly #sampler: ClockSampler;
  readonly #wake: WakeProbe;
  readonly #run: ClientRun;
  readonly #adoption: OutboxAdoption;
  readonly #onState: Listeners<[state: CarillonState, detail: StateDetail]>;
  readonly #onSession: Listeners<[session: Session]>;
  readonly #onBroadcast: Listeners<[message: Message]>;
  readonly #onGap: Listeners<[gap: Gap]>;
  readonly #onRestored: Listeners<[outcome: RestoredOutcome]>;

  constructor(options: CarillonOptions) {
    const environment = { ...systemEnvironment, ...options.environment };
    const timeouts = { ...TIMEOUTS, ...options.timeouts };
    const { logger = SILENT, store } = options;
    const tokens = new TokenSource(options.token, environment, timeouts.tokenMs);
    const connection = new Connection({
      urls: urlsOf(options, environment),
      transports: options.transports ?? ['websocket'],
      tokens,
      clientId: () => this.#run.client(),
      since: () => this.#serverChannels.since(),
      forgetSince: () => this.#serverChannels.giveUpPlaces(),
      isTokenStale: () => this.#renewal.isStale(),
      timeouts,
      environment,
      logger,
      events: {
        opened: (session, handshakeMs) => this.#opened(session, handshakeMs),
        ended: () => this.#ended(),
        push: (push) => this.#take(push),
        entered: (state, before) => this.#entered(state, before),
      },
    });
    const clock = new ServerClock(environment);
    const releases = new ReleaseQueue(clock, environment);
    const kept = store === undefined ? new MemoryStore() : watchedStore(store, environment, logger);
    const place = new StorePlace(kept, environment, logger);
    const writer = new StoreWriter(kept, logger, place);
    const seenBroadcasts = new SeenBroadcasts(writer);
    this.#environment = environment;
    this.#timeouts = timeouts;
    this.#connection = connection;
    this.#clock = clock;
    this.#releases = releases;
    this.#run = new ClientRun({
      given: options.client,
      writer,
      place,
      environment,
      restore: async (isCurrent) => {
        await seenBroadcasts.restore();
        await this.#serverChannels.restore();
        await this.#outbox.restore(isCurrent);
      },
    });
    this.#onState = new Listeners('states', logger);
    this.#onSession = new Listeners('sessions', logger);
    this.#onBroadcast = new Listeners('broadcasts', logger);
    this.#onGap = new Listeners('gaps in broadcasts', logger);
    this.#onRestored = new Listeners('restored publishes', logger);
    this.#requests = new Requests(connection, environment, timeouts.requestMs);
    this.#renewal = new TokenRenewal({
      ...{ connection, tokens, clock, environment, logger },
      added: (channels) => this.#serverChannels.added(channels),
    });
    this.#sampler = new ClockSampler({
      connection,
      clock,
      environment,
      sampled: () => releases.reconsider(),
    });
    this.#wake = new WakeProbe(connection, environment);
    this.#outbox = new Outbox({
      connection,
      environment,
      clock,
      bounds: { ...OUTBOX_BOUNDS, ...options.outbox },
      journal: store === undefined ? null : new OutboxJournal(writer),
      restored: (outcome) => this.#onRestored.tell(outcome),
    });
    this.#adoption = new OutboxAdoption({ place, outbox: this.#outbox, environment, logger });
    this.#serverChannels = new ServerChannels(
      {
        releases,
        seenBroadcasts,
        show: (message) => this.#onBroadcast.tell(message),
        tellGap: (gap) => this.#onGap.tell(gap),
        goBack: (reason) => this.#connection.tell({ type: 'lost', reason }),
      },
      store === undefined ? null : writer,
    );
    this.#channels = new Channels({
      connection,
      requests: this.#requests,
      outbox: this.#outbox,
      releases,
      seenBroadcasts,
      writer,
      environment,
      logger,
      refusal: () => this.#refusal(),
      advanced: () => this.#advanced(),
    });
  }

  get state(): CarillonState {
    return this.#connection.state.name;
  }

  /** What the server said of the current connection, or of the last one; null before the first. */
  get session(): Session | null {
    return this.#connection.session;
  }

  /** Each state that differs from the one before. Returns the function that ends it, as every `on…` does. */
  onState(hear: (state: CarillonState, detail: StateDetail) => void): () => void {
    return this.#onState.add(hear);
  }

  /** Each new connection, before any of its messages. */
  onSession(hear: (session: Session) => void): () => void {
    return this.#onSession.add(hear);
  }

  /** Messages of the `$` channels: to everyone, to this user, to one of the user's tags. */
  onBroadcast(hear: (message: Message) => void): () => void {
    return this.#onBroadcast.add(hear);
  }

  /** Loss in a `$` channel. */
  onGap(hear: (gap: Gap) => void): () => void {
    return this.#onGap.add(hear);
  }

  /** What became of publishes that an earlier run had left in the store. */
  onRestored(hear: (outcome: RestoredOutcome) => void): () => void {
    return this.#onRestored.add(hear);
  }

  /** Connects and stays connected. While offline: tries now. After `refused`: tries anew. */
  connect(): void {
    if (this.#connection.state.name === 'idle') this.#wake.begin();
    this.#connection.tell({ type: 'connect' });
  }

  /**
   * Waits a moment for publishes that are under way, then ends the connection, every subscription
   * and every wait. `connect` goes on from what this client was shown in channels, and else from what the
   * store keeps; without a store, broadcasts meanwhile are lost to it.
   */
  async close(): Promise<void> {
    if (this.#connection.isOpen) await this.#outbox.settled(this.#timeouts.closeMs);
    this.#connection.tell({ type: 'close' });
    this.#wake.stop();
    const error = new CarillonError('closed', 'The application closed the connection.');
    this.#outbox.close(error);
    this.#requests.giveUp(error);
    this.#channels.stop();
    this.#serverChannels.pause();
    await this.#run.end(() => this.#serverChannels.forget(), this.#timeouts.closeMs);
  }

  /** Milliseconds since 1970 on the cluster clock, as well as it is known here. */
  now(): number {
    return this.#clock.now();
  }

  /**
   * The channel of that name; the same object every time. `options` count at the next `subscribe`.
   *
   * @throws CarillonError `channel_invalid`
   */
  channel(name: string, options?: ChannelOptions): Channel {
    return this.#channels.named(name, options);
  }

  /** Tells the server that a person has seen these broadcasts (`message.broadcast.id`), at most 1000. */
  async acknowledge(ids: readonly string[]): Promise<{ accepted: number }> {
    if (ids.length === 0) return { accepted: 0 };
    const { accepted } = await this.#requests.ask('acknowledge', { ids: [...ids] });
    return { accepted };
  }

  #opened(session: Session, handshakeMs: number): void {
    const isClockKnown = this.#clock.restart(session.serverTime, handshakeMs);
    this.#releases.reconsider();
    this.#onSession.tell(session);
    this.#renewal.begin(session.expiresAt);
    this.#sampler.begin(isClockKnown);
    this.#serverChannels.opened(session);
    this.#channels.opened();
    this.#requests.opened();
    this.#outbox.opened(session.user);
    this.#adoption.begin(session.user);
    this.#advanced();
  }

  #ended(): void {
    this.#renewal.stop();
    this.#sampler.stop();
    this.#adoption.stop();
    this.#channels.ended();
  }

  #take(push: Push): void {
    if (push.name === 'session' || push.name === 'closing' || push.name === 'status') return;
    if (push.payload.channel.startsWith('$')) this.#serverChannels.take(push);
    else this.#channels.take(push);
  }

  #entered(state: ConnectionState, before: ConnectionState): void {
    if (state.name === 'refused') {
      this.#outbox.refuse(state.reason);
      this.#requests.giveUp(state.reason);
      this.#channels.refuse(state.reason);
    }
    if (before.name === 'degraded' && 'sinceMs' in state) this.#outbox.hurry();
    // What changes within a state is the SDK's own matter.
    if (state.name === before.name) return;
    this.#onState.tell(state.name, detailOf(state, this.#environment.monotonicMs()));
  }

  #advanced(): void {
    if (this.#connection.isOpen && this.#channels.areCurrent) {
      this.#connection.tell({ type: 'caught up' });
    }
  }

  #refusal(): CarillonError | null {
    const { state } = this.#connection;
    return state.name === 'refused' ? state.reason : null;
  }
}

/**
 * Makes a client. Nothing is opened before `connect`, so it may be made anywhere, on a server too.
 *
 * @throws CarillonError `invalid_request` for options that cannot work
 */
export function createCarillon(options: CarillonOptions): Carillon {
  return new Carillon(options);
}
