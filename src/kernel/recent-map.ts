/** How many of the oldest entries are looked at each time one is used: more than one, so that it shrinks. */
const LOOKED_AT = 2;

/**
 * What was used lately, by name, in bounded memory. Each use drops some of the entries that were not
 * used for longest and are idle; beyond `most` the oldest goes whatever it is.
 */
export class RecentMap<V> {
  // In the order of last use.
  readonly #entries = new Map<string, V>();

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
    let looked = 0;
    for (const [name, value] of this.#entries) {
      if (this.#entries.size >= this.most || this.isIdle(value)) this.#entries.delete(name);
      looked += 1;
      if (looked >= LOOKED_AT) return;
    }
  }
}
