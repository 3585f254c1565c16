import type { Position } from '../broker/position.js';

/** Places remembered: more than a failover loses of one channel, and 3 KiB for a busy one. */
const KEPT_MAX = 256;
/** Words of a ring that begins small: most channels are quiet. */
const KEPT_FIRST = 8;
const CHAIN_DIGITS = 8;

/**
 * The last places that were handed on in one channel, so that the place can be found at which a log
 * that lost its tail left them. One epoch; another one begins anew.
 */
export class Trail {
  #epoch = '';
  #offsets = new Float64Array(KEPT_FIRST);
  /** Two words for each place. */
  #chains = new Uint32Array(KEPT_FIRST * 2);
  #count = 0;
  /** Where the next one goes. */
  #next = 0;

  add({ epoch, offset, chain }: Position): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#count = 0;
      this.#next = 0;
    }
    if (this.#count === this.#offsets.length && this.#count < KEPT_MAX) this.#grow();
    this.#offsets[this.#next] = offset;
    this.#chains[this.#next * 2] = Number.parseInt(chain.slice(0, CHAIN_DIGITS), 16);
    this.#chains[this.#next * 2 + 1] = Number.parseInt(chain.slice(CHAIN_DIGITS), 16);
    this.#next = (this.#next + 1) % this.#offsets.length;
    this.#count = Math.min(this.#count + 1, this.#offsets.length);
  }

  /** Reading goes on from here: what was above it belongs to a history that is no more. */
  cutAt(place: Position): void {
    const below = this.newestFirst().filter(({ offset }) => offset < place.offset);
    const isSameLife = place.epoch === this.#epoch;
    this.#count = 0;
    this.#next = 0;
    if (isSameLife) for (const one of below.toReversed()) this.add(one);
    this.add(place);
  }

  newestFirst(): Position[] {
    const places: Position[] = [];
    for (let back = 1; back <= this.#count; back += 1) {
      const at = (this.#next - back + this.#offsets.length) % this.#offsets.length;
      places.push({
        epoch: this.#epoch,
        offset: this.#offsets[at] ?? 0,
        chain: hex(this.#chains[at * 2]) + hex(this.#chains[at * 2 + 1]),
      });
    }
    return places;
  }

  /** Only ever while nothing was overwritten: the order in the ring is the order they came in. */
  #grow(): void {
    const offsets = new Float64Array(this.#offsets.length * 2);
    const chains = new Uint32Array(offsets.length * 2);
    offsets.set(this.#offsets);
    chains.set(this.#chains);
    this.#next = this.#count;
    this.#offsets = offsets;
    this.#chains = chains;
  }
}

function hex(word: number | undefined): string {
  return (word ?? 0).toString(16).padStart(CHAIN_DIGITS, '0');
}
