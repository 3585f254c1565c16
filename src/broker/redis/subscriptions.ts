import { Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { CarillonError } from '../../protocol/carillon-error.js';
import { reconnect } from '../../redis/redis-client.js';
import { hasMessage } from '../../redis/redis-script.js';

/** Names in one SUBSCRIBE. */
const BATCH = 512;
/** A subscription that is not confirmed in this time is refused to whoever waits, in milliseconds. */
const CONFIRM_WITHIN_MS = 2_000;
/** Before all names are asserted once more. */
const RETRY_MS = 300;

interface Waiter {
  readonly settle: (refusal: CarillonError | null) => void;
  readonly timer: NodeJS.Timeout;
}

interface Subscription {
  isConfirmed: boolean;
  waiters: Waiter[];
}

export interface SubscriptionsListener {
  /** All names are subscribed, on a new connection or after some came from another one. */
  asserted(): void;
  lost(): void;
  /** Of a cluster: this server says that names are no longer its own. */
  moved(): void;
}

/**
 * The names that one connection is subscribed to. What is wanted is kept here, asserted anew on every
 * connection, and confirmed by the server before anybody relies on it.
 */
export class Subscriptions {
  readonly #logger = new Logger('Redis');
  readonly #wanted = new Map<string, Subscription>();
  #toAdd = new Set<string>();
  #toRemove = new Set<string>();
  #isScheduled = false;
  #isAsserted = false;
  #isClosed = false;
  /** Counts connections: what an earlier one still answers is of no interest. */
  #round = 0;

  constructor(
    private readonly client: Redis,
    private readonly isSharded: boolean,
    private readonly listener: SubscriptionsListener,
  ) {
    client.on('ready', () => void this.#assert());
    client.on('close', () => this.#lose());
    client.on('moved', () => {
      listener.moved();
      // The server ended some, and does not tell which; names that are another's leave meanwhile.
      void this.#assertSoon();
    });
  }

  get isAsserted(): boolean {
    return this.#isAsserted;
  }

  /** Resolves when the server has confirmed it; rejects with `unavailable`, and is tried on nevertheless. */
  add(name: string): Promise<void> {
    let subscription = this.#wanted.get(name);
    if (!subscription) {
      subscription = { isConfirmed: false, waiters: [] };
      this.#wanted.set(name, subscription);
      this.#toRemove.delete(name);
      this.#toAdd.add(name);
      this.#schedule();
    }
    if (subscription.isConfirmed) return Promise.resolve();
    return confirmationOf(subscription);
  }

  remove(name: string): void {
    const subscription = this.#wanted.get(name);
    if (!subscription) return;
    this.#wanted.delete(name);
    settle(subscription, unconfirmed());
    this.#toAdd.delete(name);
    this.#toRemove.add(name);
    this.#schedule();
  }

  /** From now on exactly these; `asserted` is told when those that are new here are subscribed. */
  want(names: ReadonlySet<string>): void {
    for (const name of this.#wanted.keys()) if (!names.has(name)) this.remove(name);
    const added = [...names].filter((name) => !this.#wanted.has(name));
    if (added.length === 0) return;
    for (const name of added) {
      this.#wanted.set(name, { isConfirmed: false, waiters: [] });
      this.#toRemove.delete(name);
    }
    void this.#assert();
  }

  /** Leaves this connection for a new one. */
  renew(): void {
    reconnect(this.client);
  }

  /** Whoever waits is told; the connection is the owner's to end. */
  close(): void {
    this.#isClosed = true;
    this.#round += 1;
    for (const subscription of this.#wanted.values()) settle(subscription, unconfirmed());
    this.#wanted.clear();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const [adding, removing] = [[...this.#toAdd], [...this.#toRemove]];
    this.#toAdd.clear();
    this.#toRemove.clear();
    // The next connection begins with what is wanted then.
    if (this.client.status !== 'ready') return;
    const round = this.#round;
    const removed = this.#unsubscribe(removing);
    const isDone = await this.#subscribe(adding);
    await removed;
    if (!isDone && round === this.#round) this.#startOver();
  }

  /** Subscribes to all that is wanted on the connection that has just become ready. */
  async #assert(): Promise<void> {
    if (this.#isClosed || this.client.status !== 'ready') return;
    this.#round += 1;
    const round = this.#round;
    const isDone = await this.#subscribe([...this.#wanted.keys()]);
    if (round !== this.#round) return;
    if (!isDone) {
      // Something of what is wanted is not heard here, whatever else is.
      this.#doubt();
      await delay(RETRY_MS, undefined, { ref: false });
      if (round === this.#round) this.#startOver();
      return;
    }
    this.#isAsserted = true;
    this.listener.asserted();
  }

  async #assertSoon(): Promise<void> {
    const round = this.#round;
    await delay(RETRY_MS, undefined, { ref: false });
    if (round === this.#round) void this.#assert();
  }

  #startOver(): void {
    if (this.isSharded) void this.#assert();
    else this.renew();
  }

  #lose(): void {
    this.#round += 1;
    for (const subscription of this.#wanted.values()) subscription.isConfirmed = false;
    this.#doubt();
  }

  #doubt(): void {
    if (!this.#isAsserted) return;
    this.#isAsserted = false;
    this.listener.lost();
  }

  /** False: not all were confirmed. */
  async #subscribe(names: readonly string[]): Promise<boolean> {
    const batches = [...this.#batchesOf(names)].map((batch) => this.#subscribeBatch(batch));
    return (await Promise.all(batches)).every(Boolean);
  }

  async #subscribeBatch(names: readonly string[]): Promise<boolean> {
    // A name that is left and joined again meanwhile is another subscription, not yet confirmed.
    const asked = names.map((name) => this.#wanted.get(name));
    const round = this.#round;
    try {
      if (this.isSharded) await this.client.ssubscribe(...names);
      else await this.client.subscribe(...names);
    } catch (error) {
      if (hasMessage(error) && 'name' in error && error.name === 'ReplyError') {
        this.#logger.warn(`Channels cannot be subscribed, trying again: ${error.message}`);
      }
      return false;
    }
    if (round !== this.#round) return true;
    for (const [index, name] of names.entries()) {
      const subscription = asked[index];
      if (!subscription || this.#wanted.get(name) !== subscription) continue;
      subscription.isConfirmed = true;
      settle(subscription, null);
    }
    return true;
  }

  async #unsubscribe(names: readonly string[]): Promise<void> {
    try {
      await Promise.all(
        [...this.#batchesOf(names)].map((batch) =>
          this.isSharded ? this.client.sunsubscribe(...batch) : this.client.unsubscribe(...batch),
        ),
      );
    } catch {
      // The connection went, and its subscriptions with it.
    }
  }

  *#batchesOf(names: readonly string[]): Iterable<readonly string[]> {
    for (const group of this.isSharded ? bySlot(names) : [names]) {
      for (let start = 0; start < group.length; start += BATCH) {
        yield group.slice(start, start + BATCH);
      }
    }
  }
}

function confirmationOf(subscription: Subscription): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      subscription.waiters = subscription.waiters.filter((waiter) => waiter.timer !== timer);
      reject(unconfirmed());
    }, CONFIRM_WITHIN_MS);
    timer.unref();
    const settle = (refusal: CarillonError | null): void =>
      refusal === null ? resolve() : reject(refusal);
    subscription.waiters.push({ settle, timer });
  });
}

function settle(subscription: Subscription, refusal: CarillonError | null): void {
  for (const waiter of subscription.waiters.splice(0)) {
    clearTimeout(waiter.timer);
    waiter.settle(refusal);
  }
}

/** Names of one hash tag are in one slot. */
function bySlot(names: readonly string[]): Iterable<string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const tag = name.slice(name.indexOf('{'), name.indexOf('}'));
    const group = groups.get(tag);
    if (group) group.push(name);
    else groups.set(tag, [name]);
  }
  return groups.values();
}

function unconfirmed(): CarillonError {
  return new CarillonError('unavailable', 'The channel cannot be followed now. Try again.', {
    retryAfterMs: 500,
  });
}
