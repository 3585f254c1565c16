import { randomUUID } from 'node:crypto';
import type { PresenceStore } from './presence-store.port.js';

const RENEW_EVERY_MS = 2_000;
/**
 * After a kill the sessions leave when this is over and somebody looks, which is each second: more
 * than the 5 s that clients have to come back, less than the 10 s that watchers were promised.
 */
const LEASE_MS = 7_000;
/** What a stopping instance leaves its sessions: the time that clients have to come back. */
const FAREWELL_MS = 5_000;
/** A store that was away may show leases as lapsed whose holders could not renew them. */
const TRUST_AFTER_MS = 5_000;
/** Doubts that come with every slow answer must not make all sessions enter again each time. */
const CHANGE_EVERY_MS = 30_000;

const FORMER_MAX = 8;

interface Held {
  readonly holder: string;
  untilMs: number;
}

/**
 * The lease under which this instance holds its sessions.
 *
 * When the lease was lost, or something was told to the store with an unknown outcome, it changes
 * the holder: all sessions enter again under a new one, then the old one is given up and whatever
 * it still holds is expelled. So nothing has to be compared, and nobody is told to have left.
 */
export class HolderLease {
  #current: Held | null = null;
  /** Former holders, alive until all sessions have entered under the current one. */
  #former: Held[] = [];
  #doubted = false;
  #isClosed = false;
  #renewedAtMs = -Infinity;
  #changedAtMs = -Infinity;
  #soundSinceMs: number | null = null;
  #renewing: Promise<boolean> | null = null;

  constructor(
    private readonly store: Pick<PresenceStore, 'renew' | 'retire'>,
    private readonly instanceId: string,
    private readonly now: () => number,
  ) {}

  /** Under whom sessions may enter now; null while there is no lease that is sure to hold. */
  get holder(): string | null {
    const current = this.#current;
    return current !== null && this.now() < current.untilMs ? current.holder : null;
  }

  /** Whether leases of others that look lapsed are. */
  get isTrusted(): boolean {
    const since = this.#soundSinceMs;
    return this.holder !== null && since !== null && this.now() - since >= TRUST_AFTER_MS;
  }

  /** Whether the last attempt to renew came through. */
  get isSound(): boolean {
    return this.#soundSinceMs !== null;
  }

  /** Something was told to the store and may not have arrived. */
  doubt(): void {
    this.#doubted = true;
  }

  /** Renews when it is time to. Resolves true when the holder is another one than before. */
  renew(): Promise<boolean> {
    if (this.#isClosed || this.now() - this.#renewedAtMs < RENEW_EVERY_MS)
      return Promise.resolve(false);
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /** All sessions have entered under the current holder: lets the former ones go. */
  async giveUpFormer(): Promise<void> {
    for (const held of [...this.#former]) {
      try {
        await this.store.retire(held.holder, this.now());
      } catch {
        // It stays in the list and is given up by the next call.
        return;
      }
      this.#former = this.#former.filter((other) => other !== held);
    }
  }

  /** Leaves the sessions to whoever looks next, in time for their clients to come back elsewhere. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#renewing;
    const current = this.#current;
    this.#current = null;
    if (current === null) return;
    try {
      await this.#prolong(current, FAREWELL_MS);
    } catch {
      // The lease then ends by itself, hardly later.
    }
  }

  async #renew(): Promise<boolean> {
    const startedAtMs = this.now();
    try {
      const changed = await this.#keepOrChange(startedAtMs);
      this.#renewedAtMs = startedAtMs;
      this.#soundSinceMs ??= startedAtMs;
      return changed;
    } catch {
      // The store is away. The next call tries again, and the lease may be another's by then.
      this.#doubted = true;
      this.#soundSinceMs = null;
      return false;
    }
  }

  async #keepOrChange(nowMs: number): Promise<boolean> {
    await Promise.all(this.#former.map((held) => this.#prolong(held, LEASE_MS)));
    const current = this.#current;
    if (current !== null) {
      const kept = await this.#prolong(current, LEASE_MS);
      if (!kept) this.#soundSinceMs = nowMs;
      else if (!this.#doubted || nowMs - this.#changedAtMs < CHANGE_EVERY_MS) return false;
    }
    const next = { holder: `${this.instanceId}.${randomUUID()}`, untilMs: nowMs + LEASE_MS };
    await this.store.renew({ ...next, previousMs: null });
    if (current !== null) this.#former.push(current);
    // The oldest is not renewed any more, and so lapses by itself.
    if (this.#former.length > FORMER_MAX) this.#former.shift();
    this.#current = next;
    this.#doubted = false;
    this.#changedAtMs = nowMs;
    return true;
  }

  async #prolong(held: Held, leaseMs: number): Promise<boolean> {
    const untilMs = this.now() + leaseMs;
    const { holder, untilMs: previousMs } = held;
    const kept = await this.store.renew({ holder, untilMs, previousMs });
    if (kept) held.untilMs = untilMs;
    return kept;
  }
}
