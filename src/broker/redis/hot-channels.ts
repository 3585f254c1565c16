import type { ChannelName } from '../../protocol/channel-name.js';
import { RecentMap } from '../../kernel/recent-map.js';
import { Gathering } from './gathering.js';

/** Held of one channel at most: more go at once. */
const HELD_MAX = 32;
/** Two that share a call were worth their wait. */
const WORTH = 2;
/** Channels whose pace is remembered. */
const REMEMBERED = 10_000;

interface HotChannel<T> {
  readonly gathering: Gathering;
  held: T[];
  timer: NodeJS.Timeout | null;
  /** The call that something of it went into without having been held. */
  call: number;
}

export interface HotChannelsOptions<T> {
  /** What comes this soon after the last call of its channel may wait for the rest of it, in milliseconds. */
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
  readonly #channels = new RecentMap<HotChannel<T>>(
    REMEMBERED,
    ({ held, gathering }) => held.length === 0 && gathering.isStale(this.options.now()),
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
    const hot = this.#channels.use(channel, () => ({
      gathering: new Gathering(windowMs, WORTH),
      held: [],
      timer: null,
      call: -1,
    }));
    const { gathering, held } = hot;
    // The rest of a burst goes along with its first.
    if (hot.call === this.#call) return false;
    const room = held.length > 0 || isUrgent ? 0 : gathering.room(now());
    if (held.length === 0 && room === 0) {
      gathering.sentAtOnce(now());
      hot.call = this.#call;
      return false;
    }
    held.push(item);
    if (isUrgent || held.length >= HELD_MAX) this.#release(hot);
    else hot.timer ??= setTimeout(() => this.#release(hot), room);
    return true;
  }

  #release(hot: HotChannel<T>): void {
    if (hot.timer) clearTimeout(hot.timer);
    hot.timer = null;
    const items = hot.held;
    hot.held = [];
    hot.call = this.#call;
    hot.gathering.sentHeld(this.options.now(), items.length);
    this.options.release(items);
  }
}
