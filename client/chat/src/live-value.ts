/** Readers hear of at most one change per frame of this length: a burst costs one render. */
const FRAME_MS = 16;

/** A value that many components may read; changes close together are told once. */
export class LiveValue<T> {
  readonly #readers = new Set<() => void>();
  #value: T;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #toldAt = 0;

  constructor(initial: T) {
    this.#value = initial;
  }

  /** The current value; the same reference until it changes. */
  readonly get = (): T => this.#value;

  /** Calls `reader` after changes. Returns the function that ends it. */
  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    if (this.#timer !== undefined) return;
    const waitMs = Math.max(0, FRAME_MS - (performance.now() - this.#toldAt));
    this.#timer = setTimeout(() => this.#tell(), waitMs);
  }

  #tell(): void {
    this.#timer = undefined;
    this.#toldAt = performance.now();
    for (const reader of this.#readers) reader();
  }
}
