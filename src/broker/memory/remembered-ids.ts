/** Ids kept whatever their age, so that a clock that jumps cannot empty the memory. */
const KEPT_ALWAYS = 1_000;
/** Younger ids than this many are never forgotten to make room; publishes are refused instead. */
const KEPT_MAX = 1_000_000;
/** Ids forgotten for each one added: more than one, so that the memory shrinks after a rush. */
const FORGOTTEN_AT_ONCE = 4;

export interface RememberedId {
  readonly epoch: string;
  readonly offset: number;
  readonly at: number;
  readonly contentDigest: string;
  readonly storedAt: number;
}

/** The ids of one channel that a repeat is recognised by, oldest first. */
export class RememberedIds {
  readonly #ids = new Map<string, RememberedId>();

  get(key: string): RememberedId | undefined {
    return this.#ids.get(key);
  }

  add(key: string, id: RememberedId): void {
    this.#ids.set(key, id);
  }

  /** Forgets what is older than the window and not among the last thousand. False: there is no room. */
  makeRoom(nowMs: number, windowMs: number): boolean {
    let tried = 0;
    for (const [key, { storedAt }] of this.#ids) {
      const isForgettable = this.#ids.size >= KEPT_ALWAYS && storedAt + windowMs < nowMs;
      if (!isForgettable || tried === FORGOTTEN_AT_ONCE) break;
      this.#ids.delete(key);
      tried += 1;
    }
    return this.#ids.size < KEPT_MAX;
  }
}
