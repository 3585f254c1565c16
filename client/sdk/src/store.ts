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
}

/** Forgets with the process: the default, and a stand-in for tests of a restart. */
export class MemoryStore implements Store {
  readonly #values = new Map<string, unknown>();

  async load(key: string): Promise<unknown> {
    return this.#values.get(key);
  }

  async save(key: string, value: unknown): Promise<void> {
    this.#values.set(key, structuredClone(value));
  }

  async remove(key: string): Promise<void> {
    this.#values.delete(key);
  }
}
