import type { Cluster } from 'ioredis';
import { PARTITIONS } from '../../redis/keys.js';
import { slotOf } from '../../redis/slots.js';

/** A map that was just looked at is not looked at again for so long, in milliseconds. */
const DOUBT_EVERY_MS = 250;

/** By its number. */
export const SLOT_OF_PARTITION: readonly number[] = Array.from(
  { length: PARTITIONS },
  (_, partition) => slotOf(String(partition)),
);

/** Which primary of a cluster holds which partition, as far as the client for commands knows. */
export class ClusterMap {
  #owners: readonly (string | null)[] = [];
  #isDoubted = false;

  constructor(
    private readonly client: Pick<Cluster, 'slots' | 'status' | 'refreshSlotsCache'> & {
      on(event: 'refresh', listener: () => void): unknown;
    },
    private readonly changed: () => void,
  ) {
    // Only then is it of one moment: a redirection changes it for more slots than were moved.
    client.on('refresh', () => this.#learn());
  }

  /** The `host:port` of the primary; null while it is not known. */
  ownerOf(partition: number): string | null {
    return this.#owners[partition] ?? null;
  }

  /** The primaries that hold partitions, and which; one without any has no channel to carry. */
  primaries(): ReadonlyMap<string, readonly number[]> {
    const primaries = new Map<string, number[]>();
    for (const [partition, owner] of this.#owners.entries()) {
      if (owner === null) continue;
      const held = primaries.get(owner);
      if (held) held.push(partition);
      else primaries.set(owner, [partition]);
    }
    return primaries;
  }

  /** Something is not where it was: asks the cluster anew. Whoever doubts must go on while it is so. */
  doubt(): void {
    if (this.#isDoubted || this.client.status !== 'ready') return;
    this.#isDoubted = true;
    this.client.refreshSlotsCache();
    setTimeout(() => {
      this.#isDoubted = false;
    }, DOUBT_EVERY_MS).unref();
  }

  #learn(): void {
    const owners = SLOT_OF_PARTITION.map((slot) => this.client.slots[slot]?.[0] ?? null);
    if (owners.every((owner, partition) => owner === this.#owners[partition])) return;
    this.#owners = owners;
    this.changed();
  }
}
