import type { Logger } from './logger.js';

/** Who wants to hear of one kind of event. A listener that throws disturbs neither us nor the others. */
export class Listeners<Args extends unknown[]> {
  readonly #all = new Set<{ readonly hear: (...args: Args) => void }>();

  constructor(
    private readonly what: string,
    private readonly logger: Logger,
  ) {}

  /** Returns the function that ends it. The same function may listen twice. */
  add(hear: (...args: Args) => void): () => void {
    const listener = { hear };
    this.#all.add(listener);
    return () => void this.#all.delete(listener);
  }

  /** Who begins to listen meanwhile hears the next one first; who has ended it hears nothing more. */
  tell(...args: Args): void {
    for (const listener of [...this.#all]) {
      if (!this.#all.has(listener)) continue;
      try {
        listener.hear(...args);
      } catch (error) {
        // The application's mistake; the stream of events must go on.
        this.logger.error(`A listener of ${this.what} threw.`, error);
      }
    }
  }
}
