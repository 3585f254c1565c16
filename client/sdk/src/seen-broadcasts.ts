const REMEMBERED_MAX = 4_096;

/** Which broadcasts were handed over, so that a copy from another channel is not. Bounded: the oldest go. */
export class SeenBroadcasts {
  readonly #ids = new Set<string>();

  /** True when it was seen before; it is now. */
  sees(id: string): boolean {
    if (this.#ids.has(id)) return true;
    this.#ids.add(id);
    if (this.#ids.size > REMEMBERED_MAX) {
      const [oldest] = this.#ids;
      if (oldest !== undefined) this.#ids.delete(oldest);
    }
    return false;
  }
}
