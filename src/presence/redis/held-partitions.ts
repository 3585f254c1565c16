import type { Keys } from '../../redis/keys.js';
import type { RedisClient } from '../../redis/redis-client.js';

/** In which partitions each holder has ever held sessions: where to look when it is gone. */
export class HeldPartitions {
  /** Noted by this process already; at most a number of partitions for each living holder. */
  readonly #noted = new Map<string, Set<number>>();

  constructor(
    private readonly client: RedisClient,
    private readonly keys: Keys,
  ) {}

  /** In the slot of the leases, with which it is read and written. */
  key(holder: string): string {
    return this.keys.ofCluster('presence', `partitions:${holder}`);
  }

  /** Resolves when the note is made: only then may a session be put there. */
  async note(holder: string, partition: number): Promise<void> {
    const noted = this.#noted.get(holder) ?? new Set<number>();
    this.#noted.set(holder, noted);
    if (noted.has(partition)) return;
    await this.client.sadd(this.key(holder), partition);
    noted.add(partition);
  }

  /** Those that this process noted. */
  known(holder: string): number[] {
    return [...(this.#noted.get(holder) ?? [])];
  }

  forget(holder: string): void {
    this.#noted.delete(holder);
  }

  async some(holder: string, limit: number): Promise<number[]> {
    return ((await this.client.srandmember(this.key(holder), limit)) ?? []).map(Number);
  }

  async hasAny(holder: string): Promise<boolean> {
    return (await this.client.scard(this.key(holder))) > 0;
  }

  async drop(holder: string, partition: number): Promise<void> {
    await this.client.srem(this.key(holder), partition);
  }
}
