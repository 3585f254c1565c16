import type { LastWords } from './last-words.js';

/**
 * Keeps values over restarts. Values are what structured cloning can copy: binary included.
 *
 * A `save` has happened when its promise resolves; saves of one key happen in the order asked.
 */
export interface Store {
  /** Undefined for a key that holds nothing. */
  load(key: string): Promise<unknown>;
  save(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /**
   * Holds `name` for the caller alone until what it resolves with is called or the caller's page or
   * process is gone; null when somebody else holds it. `lost` is called if the hold ends otherwise.
   * A store without it belongs to one running client alone.
   */
  hold?(name: string, lost: () => void): Promise<(() => void) | null>;
  /** For a store whose writes may not arrive when the page ends: what is shown then may come again without. */
  readonly lastWords?: LastWords;
}

/** Forgets with the process: the default, and a stand-in for tests of a restart. */
export class MemoryStore implements Store {
  readonly #values = new Map<string, unknown>();
  readonly #held = new Set<string>();

  async load(key: string): Promise<unknown> {
    return this.#values.get(key);
  }

  async save(key: string, value: unknown): Promise<void> {
    this.#values.set(key, structuredClone(value));
  }

  async remove(key: string): Promise<void> {
    this.#values.delete(key);
  }

  async hold(name: string): Promise<(() => void) | null> {
    if (this.#held.has(name)) return null;
    this.#held.add(name);
    return () => void this.#held.delete(name);
  }
}
