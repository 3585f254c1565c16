import type { ChannelName } from '../../protocol/channel-name.js';
import { RecentMap } from '../../kernel/recent-map.js';
import { Gathering } from './gathering.js';

/** Held of one channel at most: more go at once. */
const HELD_MAX = 32;
/** Two that share a call were worth their wait. */
const WORTH = 2;
/** Channels whose pace is remembered. */
const REMEMBERED = 10_000;

interface Pace {
  readonly gathering: Gathering;
  /** The call that takes what goes at once now: what of the channel comes before it is sent goes along. */
  call: number;
}

interface Held<T> {
  readonly pace: Pace;
  readonly items: T[];
  readonly since: number;
  lastAt: number;
  timer: NodeJS.Timeout | null;
}

export interface HotChannelsOptions<T> {
  /** What comes this soon after the last call of its channel may wait so long for more, in milliseconds. */
  readonly windowMs: number;
  /** Milliseconds on the monotonic clock. */
  readonly now: () => number;
  /** What was held of a channel goes now, in the order it came. */
  readonly release: (items: readonly T[]) => void;
}

/**
 * What is published to one channel without pause. A connection that was just written to makes messages
 * wait for more, so those of a hot channel would wait at each of its receivers: they wait here
 * instead, and share one call, one announcement and one acknowledgement.
 */
export class HotChannels<T> {
  readonly #held = new Map<ChannelName, Held<T>>();
  readonly #paces = new RecentMap<Pace>(REMEMBERED, ({ gathering }) =>
    gathering.isStale(this.options.now()),
  );
  #call = 0;

  constructor(private readonly options: HotChannelsOptions<T>) {}

  /** What comes from now on goes into another call than what came before. */
  callEnds(): void {
    this.#call += 1;
  }

  /**
   * Keeps the item until it is released. False: it goes at once, with nothing of its channel held.
   * An urgent one takes with it what is held of its channel, because it must not overtake.
   */
  holds(channel: ChannelName, item: T, isUrgent: boolean): boolean {
    const { windowMs, now } = this.options;
    if (windowMs === 0) return false;
    const held = this.#held.get(channel);
    if (held) {
      held.items.push(item);
      held.lastAt = now();
      if (isUrgent || held.items.length >= HELD_MAX) this.#release(channel, held);
      return true;
    }
    const pace = this.#paces.use(channel, () => ({
      gathering: new Gathering(windowMs, WORTH),
      call: -1,
    }));
    // The rest of a burst goes along with its first.
    if (pace.call === this.#call) return false;
    const at = now();
    if (isUrgent || pace.gathering.room(at) === 0) {
      pace.gathering.sentAtOnce(at);
      pace.call = this.#call;
      return false;
    }
    const fresh: Held<T> = { pace, items: [item], since: at, lastAt: at, timer: null };
    fresh.timer = setTimeout(() => this.#release(channel, fresh), windowMs);
    this.#held.set(channel, fresh);
    return true;
  }

  #release(channel: ChannelName, held: Held<T>): void {
    if (held.timer) clearTimeout(held.timer);
    this.#held.delete(channel);
    const { pace, items, since, lastAt } = held;
    pace.call = this.#call;
    pace.gathering.sentHeld(this.options.now(), items.length, lastAt, since);
    this.options.release(items);
  }
}
