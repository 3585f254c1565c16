import type { RedisNode } from './redis-node.js';

/** The Redis that is in use, and around a failover a second one. */
export class Stores {
  #current: RedisNode;
  /** It follows the one that is in use, or was in use before. */
  #other: RedisNode | null = null;
  /** The only instance that still uses `#other`, while the cluster is divided. */
  #left: string | null = null;

  constructor(
    first: RedisNode,
    private readonly start: () => Promise<RedisNode>,
  ) {
    this.#current = first;
  }

  get current(): RedisNode {
    return this.#current;
  }

  /** The one that an instance reaches. */
  of(instance: string): RedisNode {
    return this.#left === instance ? (this.#other ?? this.#current) : this.#current;
  }

  /** Adds a replica, for a failover; resolves when it has what the primary has. */
  async addReplica(): Promise<void> {
    this.#other = await this.start();
    await this.#other.follow(this.#current);
  }

  /** A failover that one instance does not hear of: it stays with the primary there was. */
  async divide(left: string): Promise<void> {
    const promoted = this.#other;
    if (promoted === null) throw new Error('there is no replica to promote');
    await promoted.command('REPLICAOF', 'NO', 'ONE');
    [this.#current, this.#other, this.#left] = [promoted, this.#current, left];
  }

  /**
   * The primary there was becomes a replica of the one there is.
   * @param isTold its clients are cut off, as Sentinel does; otherwise they find out
   */
  async reunite(isTold: boolean): Promise<void> {
    const former = this.#other;
    if (former === null) throw new Error('the cluster was not divided');
    this.#left = null;
    await former.follow(this.#current);
    if (!isTold) return;
    for (const type of ['normal', 'pubsub']) await former.command('CLIENT', 'KILL', 'TYPE', type);
  }

  /** Ends the second one; everybody uses the first. */
  async heal(): Promise<void> {
    this.#left = null;
    await this.#other?.end();
    this.#other = null;
  }
}
