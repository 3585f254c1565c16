import type { Store } from '../../src/store.js';

/** What outlives every run that is kept on it. */
export class Disk {
  readonly values = new Map<string, unknown>();
  readonly held = new Map<string, DiskRun>();
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

  constructor(private readonly disk: Disk) {}

  /** The run ends in this moment, whatever it was doing: it writes nothing more and holds nothing. */
  crash(): void {
    this.#isAlive = false;
    for (const [name, run] of this.disk.held) if (run === this) this.disk.held.delete(name);
  }

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
