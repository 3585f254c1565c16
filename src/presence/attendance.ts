import type { ChannelName } from '../protocol/channel-name.js';
import type { PresencePush } from '../protocol/pushes/presence.js';
import type { PresenceStore, Stay } from './presence-store.port.js';

/** How long a client whose connection broke has to come back before it has left. */
export const LINGER_MS = 5_000;

/** Calls to the store at once when many sessions have to enter again; the others must get through. */
const AT_ONCE = 128;

interface Entry {
  readonly stay: Stay;
  wanted: boolean;
  /** Set while the session lingers. */
  leaveAtMs: number | null;
  /** The holder under which the session was last sent to the store, whatever came of it. */
  sentUnder: string | null;
  /** The holder under which the store has confirmed the session. */
  heldBy: string | null;
  isWorking: boolean;
  work: Promise<void>;
}

export interface Surroundings {
  readonly store: Pick<PresenceStore, 'enter' | 'leave'>;
  readonly now: () => number;
  /** Under whom sessions enter; null: not now. */
  readonly holder: () => string | null;
  readonly changed: (push: PresencePush) => void;
  /** A leave has an unknown outcome. */
  readonly doubt: () => void;
}

/**
 * The stays of this instance's own sessions: what is wanted, and how far the store knows.
 *
 * One stay has one call to the store in flight at most, so the last wish is the one that lasts. A
 * session that lingers is simply kept here; its client that comes back anywhere adds another session
 * of the same client, so the end of this one then changes nothing.
 */
export class Attendance {
  readonly #sessions = new Map<string, Map<ChannelName, Entry>>();
  /** Entries that the store has to be asked about again. */
  readonly #unsettled = new Set<Entry>();
  /** Told first, because each of them is done with after one call, also when that fails. */
  readonly #ending = new Set<Entry>();
  /** In the order in which they end, because all linger equally long. */
  readonly #lingering = new Set<Entry>();
  #settling: Promise<boolean> | null = null;

  constructor(private readonly surroundings: Surroundings) {}

  /** Resolves when the store was asked once, whatever came of it; never rejects. */
  enter(stay: Stay): Promise<void> {
    const channels = this.#sessions.get(stay.sessionId) ?? new Map<ChannelName, Entry>();
    this.#sessions.set(stay.sessionId, channels);
    const entry = channels.get(stay.channel) ?? newEntry(stay);
    channels.set(stay.channel, entry);
    entry.wanted = true;
    entry.leaveAtMs = null;
    this.#lingering.delete(entry);
    return this.#settle(entry);
  }

  /** Resolves when a clean leave was told to the store, or at once when the session lingers. */
  async leave(sessionId: string, channel: ChannelName, clean: boolean): Promise<void> {
    const entry = this.#sessions.get(sessionId)?.get(channel);
    if (entry !== undefined) await this.#end(entry, clean);
  }

  async leaveAll(sessionId: string, clean: boolean): Promise<void> {
    const entries = [...(this.#sessions.get(sessionId)?.values() ?? [])];
    await Promise.all(entries.map((entry) => this.#end(entry, clean)));
  }

  /** Resolves when no call about this stay is in flight: true when the session wants to be there. */
  async isWanted(sessionId: string, channel: ChannelName): Promise<boolean> {
    const entry = this.#sessions.get(sessionId)?.get(channel);
    await entry?.work;
    return entry?.wanted === true;
  }

  /** Picks the sessions that lingered long enough; `settleAll` tells the store. */
  endLingering(): void {
    const nowMs = this.surroundings.now();
    for (const entry of this.#lingering) {
      if ((entry.leaveAtMs ?? 0) > nowMs) break;
      this.#lingering.delete(entry);
      entry.wanted = false;
      entry.leaveAtMs = null;
      this.#ending.add(entry);
    }
  }

  /** The holder is another one: every session has to enter again. */
  reassert(): void {
    for (const channels of this.#sessions.values()) {
      for (const entry of channels.values()) this.#unsettled.add(entry);
    }
  }

  /** Asks the store about what is not settled. Resolves true when nothing is left. */
  settleAll(): Promise<boolean> {
    this.#settling ??= this.#settleAll().finally(() => {
      this.#settling = null;
    });
    return this.#settling;
  }

  async #settleAll(): Promise<boolean> {
    while (this.#ending.size > 0) {
      const batch = firstOf(this.#ending);
      for (const entry of batch) this.#ending.delete(entry);
      await Promise.all(batch.map((entry) => this.#settle(entry)));
    }
    while (this.#unsettled.size > 0) {
      const batch = firstOf(this.#unsettled);
      await Promise.all(batch.map((entry) => this.#settle(entry)));
      // The store did not take some: the next call tries again.
      if (batch.some((entry) => this.#unsettled.has(entry))) return false;
    }
    return true;
  }

  async #end(entry: Entry, clean: boolean): Promise<void> {
    if (clean) {
      entry.wanted = false;
      entry.leaveAtMs = null;
      this.#lingering.delete(entry);
      await this.#settle(entry);
    } else if (entry.wanted && entry.leaveAtMs === null) {
      entry.leaveAtMs = this.surroundings.now() + LINGER_MS;
      this.#lingering.add(entry);
    }
  }

  #settle(entry: Entry): Promise<void> {
    if (!entry.isWorking) {
      entry.isWorking = true;
      entry.work = this.#work(entry);
    }
    return entry.work;
  }

  async #work(entry: Entry): Promise<void> {
    try {
      await this.#tell(entry);
    } finally {
      // In the same turn as the last look at what is wanted: no wish may fall between.
      entry.isWorking = false;
    }
  }

  /** Goes on until the store knows what is wanted: a wish may change while it is being told. */
  async #tell(entry: Entry): Promise<void> {
    for (;;) {
      const holder = this.surroundings.holder();
      if (!entry.wanted) {
        if (entry.sentUnder !== null) await this.#tellLeave(entry, holder);
        if (entry.wanted) continue;
        this.#forget(entry);
        return;
      }
      if (holder === null || (entry.heldBy !== holder && !(await this.#tellEnter(entry, holder)))) {
        // A session that is not wanted any more is done with in the next turn instead.
        if (!entry.wanted) continue;
        this.#unsettled.add(entry);
        return;
      }
      if (!entry.wanted || this.surroundings.holder() !== entry.heldBy) continue;
      this.#unsettled.delete(entry);
      return;
    }
  }

  async #tellEnter(entry: Entry, holder: string): Promise<boolean> {
    const { store, now, changed } = this.surroundings;
    entry.sentUnder = holder;
    try {
      const change = await store.enter(holder, entry.stay, now());
      entry.heldBy = holder;
      if (change !== null) changed(change);
      return true;
    } catch {
      // Presence never fails a subscribe: the entry is asked about again.
      return false;
    }
  }

  async #tellLeave(entry: Entry, holder: string | null): Promise<void> {
    const { store, changed, doubt } = this.surroundings;
    try {
      // Under a former holder the session ends with that holder.
      if (holder === null) doubt();
      else if (entry.sentUnder === holder) {
        const change = await store.leave(holder, entry.stay);
        if (change !== null) changed(change);
      }
    } catch {
      // Not asked again, which could pile up while the store is away: the holder is changed
      // instead, and what the former one still holds is expelled.
      doubt();
    }
    entry.sentUnder = null;
    entry.heldBy = null;
  }

  #forget(entry: Entry): void {
    const { sessionId, channel } = entry.stay;
    this.#unsettled.delete(entry);
    const channels = this.#sessions.get(sessionId);
    channels?.delete(channel);
    if (channels?.size === 0) this.#sessions.delete(sessionId);
  }
}

function newEntry(stay: Stay): Entry {
  return {
    stay,
    wanted: true,
    leaveAtMs: null,
    sentUnder: null,
    heldBy: null,
    isWorking: false,
    work: Promise.resolve(),
  };
}

function firstOf(entries: ReadonlySet<Entry>): Entry[] {
  const batch: Entry[] = [];
  for (const entry of entries) {
    if (batch.push(entry) === AT_ONCE) break;
  }
  return batch;
}
