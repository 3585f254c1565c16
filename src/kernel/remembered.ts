/** What was made for names, for at most so many of them: beyond, the one that was made first is forgotten. */
export class Remembered<V extends object> {
  readonly #entries = new Map<string, V>();
  // One for ever: a new one would have to pass by all that was forgotten since the map last grew.
  readonly #oldest = this.#entries.keys();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.#entries.size;
  }

  /** What is known, or what `make` makes. */
  of(name: string, make: () => V): V {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    if (this.#entries.size >= this.most) this.#forgetOne();
    const made = make();
    this.#entries.set(name, made);
    return made;
  }

  #forgetOne(): void {
    const { value } = this.#oldest.next();
    if (value !== undefined) this.#entries.delete(value);
  }
}
