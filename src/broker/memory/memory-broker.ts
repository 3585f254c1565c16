import { randomBytes } from 'node:crypto';
import { CarillonError } from '../../protocol/carillon-error.js';
import type { ChannelName } from '../../protocol/channel-name.js';
import type { Clock } from '../../kernel/clock.js';
import type {
  Appended,
  Broker,
  BrokerListener,
  ChannelFacts,
  LogPage,
  Publication,
  ReadQuery,
} from '../broker.port.js';
import { epochFor } from '../chain.js';
import { continuityOf } from '../continuity.js';
import type { LogEntry } from '../log-entry.js';
import { genesisTime } from '../position.js';
import { genesisFacts, MemoryLog, pageOf } from './memory-log.js';

/** Channels that ever held a message and are remembered; a further one is refused. */
const CHANNELS_MAX = 200_000;
const SWEEP_MS = 60_000;

/** A channel is forgotten after a month at the soonest: there is no use in asking often. */
const FULL_RETRY_MS = 60_000;

/** The embedded broker: one instance, everything gone when it stops, the same promises while it runs. */
export class MemoryBroker implements Broker {
  readonly #logs = new Map<ChannelName, MemoryLog>();
  readonly #followed = new Set<ChannelName>();
  readonly #life = randomBytes(8).toString('hex');
  #announced: { readonly channel: ChannelName; readonly entry: LogEntry }[] = [];
  #listener: BrokerListener | null = null;
  #sweep: NodeJS.Timeout | null = null;
  #isOpen = false;

  constructor(private readonly clock: Clock) {}

  start(listener: BrokerListener): void {
    this.#listener = listener;
    this.#isOpen = true;
    this.#sweep = setInterval(() => this.#forgetIdle(), SWEEP_MS);
    this.#sweep.unref();
    listener.readiness(true);
  }

  isReady(): boolean {
    return this.#isOpen;
  }

  async append(publication: Publication): Promise<Appended> {
    this.#requireOpen();
    const now = this.clock.now();
    const { appended, entry } = this.#logOf(publication.channel, now).append(publication, now);
    if (entry && this.#followed.has(publication.channel)) {
      if (this.#announced.length === 0) setImmediate(() => this.#announce());
      this.#announced.push({ channel: publication.channel, entry });
    }
    return appended;
  }

  async follow(channel: ChannelName): Promise<void> {
    this.#requireOpen();
    this.#followed.add(channel);
  }

  unfollow(channel: ChannelName): void {
    this.#followed.delete(channel);
  }

  async read(channel: ChannelName, query: ReadQuery): Promise<LogPage> {
    this.#requireOpen();
    const now = this.clock.now();
    const log = this.#known(channel, now);
    return log ? log.read(query, now) : this.#emptyPage(channel, query, now);
  }

  async purge(channel: ChannelName): Promise<ChannelFacts> {
    this.#requireOpen();
    const now = this.clock.now();
    return this.#known(channel, now)?.purge() ?? genesisFacts(this.#life, channel, now);
  }

  /** A history in memory does not lose its tail while its process lives. */
  async fence(): Promise<null> {
    this.#requireOpen();
    return null;
  }

  async note(channel: ChannelName, payload: string): Promise<void> {
    this.#requireOpen();
    if (this.#followed.has(channel)) {
      setImmediate(() => this.#isOpen && this.#listener?.note(channel, payload));
    }
  }

  now(): number {
    return this.clock.now();
  }

  /** What is appended is announced at once. */
  isUrgentNear(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    if (this.#sweep) clearInterval(this.#sweep);
    this.#announced = [];
    this.#logs.clear();
  }

  #announce(): void {
    const batch = this.#announced;
    this.#announced = [];
    if (this.#isOpen) this.#listener?.entries(batch);
  }

  /** The log of a channel, unless nothing was appended to it for so long that it is forgotten. */
  #known(channel: ChannelName, now: number): MemoryLog | undefined {
    const log = this.#logs.get(channel);
    if (!log?.isForgotten(now)) return log;
    this.#logs.delete(channel);
    return undefined;
  }

  #logOf(channel: ChannelName, now: number): MemoryLog {
    const known = this.#known(channel, now);
    if (known) return known;
    if (this.#logs.size >= CHANNELS_MAX) {
      throw new CarillonError(
        'overloaded',
        'There are too many channels for the embedded broker. Use fewer, or set BROKER to a shared one.',
        { retryAfterMs: FULL_RETRY_MS },
      );
    }
    const log = new MemoryLog(this.#life, channel, now);
    this.#logs.set(channel, log);
    return log;
  }

  #emptyPage(channel: ChannelName, { from }: ReadQuery, nowMs: number): LogPage {
    const facts = genesisFacts(this.#life, channel, nowMs);
    if (from === 'top' || !('after' in from)) {
      const isOther = from !== 'top' && 'before' in from && from.before.epoch !== facts.epoch;
      return { ...pageOf(facts, [], false), continuity: isOther ? 'epoch' : 'continued' };
    }
    const continuity = continuityOf(from.after, {
      facts,
      bornAtMs: null,
      chainAtOffset: null,
      genesisEpoch: epochFor(this.#life, channel, genesisTime(from.after)),
      nowMs,
    });
    return { ...pageOf(facts, [], false), continuity };
  }

  #forgetIdle(): void {
    const now = this.clock.now();
    for (const channel of this.#logs.keys()) this.#known(channel, now);
  }

  #requireOpen(): void {
    if (!this.#isOpen) {
      throw new CarillonError('unavailable', 'The broker is not running. Try again.');
    }
  }
}
