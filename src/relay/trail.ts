import type { Position } from '../broker/position.js';

/** Places remembered: more than a failover loses of one channel, and 4 KiB for a busy one. */
const KEPT_MAX = 256;
/** Places of a ring that begins small: most channels are quiet. */
const KEPT_FIRST = 8;
const CHAIN_DIGITS = 8;

/**
 * The last places that were handed on in one channel, so that the place can be found at which a log
 * that lost its tail left them. One epoch; another one begins anew.
 */
export class Trail {
  /** Where it begins, until so much came after it that it is forgotten; a channel at rest has no more. */
  #start: Position | null = null;
  #epoch = '';
  #offsets: Float64Array | null = null;
  /** Two words for each place. */
  #chains: Uint32Array | null = null;
  #count = 0;
  /** Where the next one goes. */
  #next = 0;

  add({ epoch, offset, chain }: Position): void {
    if (epoch !== this.#epoch) this.#clear(epoch);
    const { offsets, chains } = this.#room();
    offsets[this.#next] = offset;
    chains[this.#next * 2] = Number.parseInt(chain.slice(0, CHAIN_DIGITS), 16);
    chains[this.#next * 2 + 1] = Number.parseInt(chain.slice(CHAIN_DIGITS), 16);
    this.#next = (this.#next + 1) % offsets.length;
    if (this.#count < offsets.length) this.#count += 1;
    else this.#start = null;
  }

  /** Reading goes on from here: what was above it belongs to a history that is no more. */
  cutAt({ epoch, offset, chain }: Position): void {
    const isSameLife = epoch === this.#epoch;
    const below = isSameLife ? this.newestFirst().filter((place) => place.offset < offset) : [];
    this.#clear(epoch);
    const [start, ...rest] = [...below.toReversed(), { epoch, offset, chain }];
    this.#start = start ?? null;
    for (const place of rest) this.add(place);
  }

  /** The chain at a place that is remembered; null for any other. */
  chainAt(offset: number): string | null {
    if (this.#start?.offset === offset) return this.#start.chain;
    for (let back = 1; back <= this.#count; back += 1) {
      const at = this.#indexOf(back);
      if (this.#offsets?.[at] !== offset) continue;
      return hex(this.#chains?.[at * 2]) + hex(this.#chains?.[at * 2 + 1]);
    }
    return null;
  }

  newestFirst(): Position[] {
    const places: Position[] = [];
    for (let back = 1; back <= this.#count; back += 1) {
      const at = this.#indexOf(back);
      places.push({
        epoch: this.#epoch,
        offset: this.#offsets?.[at] ?? 0,
        chain: hex(this.#chains?.[at * 2]) + hex(this.#chains?.[at * 2 + 1]),
      });
    }
    if (this.#start) places.push(this.#start);
    return places;
  }

  /** Where the one stands that was added so many ago; 1 is the last. */
  #indexOf(back: number): number {
    const size = this.#offsets?.length ?? 1;
    return (this.#next - back + size) % size;
  }

  #clear(epoch: string): void {
    this.#epoch = epoch;
    this.#start = null;
    this.#count = 0;
    this.#next = 0;
  }

  /** The ring, with room for one more or at its full size. */
  #room(): { readonly offsets: Float64Array; readonly chains: Uint32Array } {
    const [old, oldChains] = [this.#offsets, this.#chains];
    if (old && oldChains && (this.#count < old.length || old.length === KEPT_MAX)) {
      return { offsets: old, chains: oldChains };
    }
    // Nothing was overwritten yet: the order in the ring is the order they came in.
    const offsets = new Float64Array(old ? old.length * 2 : KEPT_FIRST);
    const chains = new Uint32Array(offsets.length * 2);
    if (old) offsets.set(old);
    if (oldChains) chains.set(oldChains);
    this.#offsets = offsets;
    this.#chains = chains;
    this.#next = this.#count;
    return { offsets, chains };
  }
}

function hex(word: number | undefined): string {
  return (word ?? 0).toString(16).padStart(CHAIN_DIGITS, '0');
}
