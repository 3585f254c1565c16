import type { LastWords } from '../../src/last-words.js';
import type { Store } from '../../src/store.js';

/** What outlives every run that is kept on it. */
export class Disk {
  readonly values = new Map<string, unknown>();
  readonly held = new Map<string, DiskRun>();
  /** What was kept at once. */
  readonly words = new Map<string, string>();
  /** Runs so far. */
  runs = 0;

  /** The store of one run of the application. */
  run(): DiskRun {
    this.runs += 1;
    return new DiskRun(this);
  }
}

export class DiskRun implements Store {
  #isAlive = true;
  readonly #ends = new Set<() => void>();

  constructor(private readonly disk: Disk) {}

  /** The run ends in this moment, whatever it was doing: it writes nothing more and holds nothing. */
  crash(): void {
    this.#isAlive = false;
    for (const [name, run] of this.disk.held) if (run === this) this.disk.held.delete(name);
  }

  /** It is in some part of the store. */
  get isHolding(): boolean {
    return [...this.disk.held.values()].includes(this);
  }

  /** The page is hidden: this may be the last chance to keep something, or not. */
  hide(): void {
    for (const task of [...this.#ends]) task();
  }

  /** The page ends as a reload ends it: with a last word, and without waiting for anything. */
  end(): void {
    this.hide();
    this.crash();
  }

  readonly lastWords: LastWords = {
    keep: (key, text) => {
      if (!this.#isAlive) return;
      if (text === null) this.disk.words.delete(key);
      else this.disk.words.set(key, text);
    },
    kept: (key) => this.disk.words.get(key) ?? null,
    onEnd: (task) => {
      this.#ends.add(task);
      return () => void this.#ends.delete(task);
    },
  };

  async load(key: string): Promise<unknown> {
    return this.disk.values.get(key);
  }

  async save(key: string, value: unknown): Promise<void> {
    if (this.#isAlive) this.disk.values.set(key, structuredClone(value));
  }

  async remove(key: string): Promise<void> {
    if (this.#isAlive) this.disk.values.delete(key);
  }

  async hold(name: string): Promise<(() => void) | null> {
    if (this.disk.held.has(name)) return null;
    if (this.#isAlive) this.disk.held.set(name, this);
    return () => {
      if (this.disk.held.get(name) === this) this.disk.held.delete(name);
    };
  }
}
