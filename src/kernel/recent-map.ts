/** How many entries are looked at each time one is used: more than one, so that it shrinks. */
const LOOKED_AT = 2;

/**
 * What was used lately, by name, in bounded memory. Each use looks at the next few entries and drops those
 * that are idle: one that never is stands in the way of no other. Beyond `most` the one that was not used for
 * longest goes whatever it is.
 */
export class RecentMap<V> {
  // In the order of last use.
  readonly #entries = new Map<string, V>();
  /** Goes round and round: it follows what is deleted and put back meanwhile. */
  #looking = this.#entries.entries();

  /** @param isIdle whether an entry may be made anew when it is asked for again */
  constructor(
    private readonly most: number,
    private readonly isIdle: (value: V) => boolean,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  /** What there is, without counting as a use. */
  peek(name: string): V | undefined {
    return this.#entries.get(name);
  }

  /** What there is, or what `make` makes. */
  use(name: string, make: () => V): V {
    const known = this.#entries.get(name);
    const value = known ?? make();
    if (known !== undefined) this.#entries.delete(name);
    // Before it is put back: what is in use now is never forgotten.
    this.#forget();
    this.#entries.set(name, value);
    return value;
  }

  #forget(): void {
    for (let looked = 0; looked < LOOKED_AT; looked += 1) {
      const { value: entry, done } = this.#looking.next();
      if (done) {
        this.#looking = this.#entries.entries();
        break;
      }
      if (this.isIdle(entry[1])) this.#entries.delete(entry[0]);
    }
    if (this.#entries.size < this.most) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
