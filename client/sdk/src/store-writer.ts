import type { Logger } from './logger.js';
import type { Store } from './store.js';
import type { KeyPrefix } from './store-place.js';

interface Change {
  /** Absent: the key is removed. Asked for when it is written, so that a burst is copied once. */
  value?: () => unknown;
  readonly written: Promise<void>;
  readonly tellWritten: () => void;
}

/**
 * Writes behind the application's back, one write at a time, keys in the order in which they first
 * changed. Of several changes of one key that wait, only the last is written. A store that fails is told
 * to the logger; the SDK works on without it.
 */
export class StoreWriter {
  readonly #changes = new Map<string, Change>();
  #running: Promise<void> | null = null;
  /** Begun, and not known to have arrived. */
  #writing: readonly [key: string, change: Change] | null = null;
  #hearArrived = () => {};

  constructor(
    private readonly store: Store,
    private readonly logger: Logger,
    private readonly keys: KeyPrefix,
  ) {}

  /** Resolves when it is written, or could not be. */
  save(key: string, value: () => unknown): Promise<void> {
    const change = this.#changeOf(key);
    change.value = value;
    return change.written;
  }

  /** As `save`, but behind every change that waits now, also if the key changed before. */
  saveLast(key: string, value: () => unknown): Promise<void> {
    const change = this.#changeOf(key);
    change.value = value;
    this.#changes.delete(key);
    this.#changes.set(key, change);
    return change.written;
  }

  remove(key: string): Promise<void> {
    const change = this.#changeOf(key);
    delete change.value;
    return change.written;
  }

  /** As it was changed last. Undefined for what is not there or cannot be read. */
  async load(key: string): Promise<unknown> {
    // A read may overtake a write that has begun, and one write may wait behind another.
    for (let last = this.#lastOf(key); last !== undefined; last = this.#lastOf(key)) {
      await last.written;
    }
    try {
      const prefix = await this.keys.prefix();
      return prefix === null ? undefined : await this.store.load(prefix + key);
    } catch (error) {
      this.logger.error(`The store could not load ${key}.`, error);
      return undefined;
    }
  }

  /** Resolves when nothing waits to be written. */
  async flush(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** Calls `hear` when a change has arrived, before anybody who waits for it knows. */
  onArrived(hear: () => void): void {
    this.#hearArrived = hear;
  }

  /** What would be lost with this run if it ended now, as it is now, in the order of writing. */
  *unwritten(): Iterable<readonly [key: string, value: unknown]> {
    const isAgain = this.#writing !== null && this.#changes.has(this.#writing[0]);
    const first = this.#writing === null || isAgain ? [] : [this.#writing];
    for (const [key, { value }] of [...first, ...this.#changes]) {
      if (value !== undefined) yield [key, value()];
    }
  }

  /** What is not known to have arrived. */
  #lastOf(key: string): Change | undefined {
    const waiting = this.#changes.get(key);
    return waiting ?? (this.#writing?.[0] === key ? this.#writing[1] : undefined);
  }

  #changeOf(key: string): Change {
    const waiting = this.#changes.get(key);
    if (waiting !== undefined) return waiting;
    let tellWritten = () => {};
    const written = new Promise<void>((resolve) => {
      tellWritten = resolve;
    });
    const change = { written, tellWritten };
    this.#changes.set(key, change);
    this.#running ??= this.#run();
    return change;
  }

  async #run(): Promise<void> {
    // After this turn, so that what changes together is written together.
    await Promise.resolve();
    for (;;) {
      const next = this.#changes.entries().next();
      if (next.done === true) break;
      const [key, change] = next.value;
      this.#changes.delete(key);
      this.#writing = [key, change];
      await this.#write(key, change);
      this.#writing = null;
      this.#hearArrived();
      change.tellWritten();
    }
    this.#running = null;
  }

  async #write(key: string, { value }: Change): Promise<void> {
    try {
      const prefix = await this.keys.prefix();
      if (prefix === null) return;
      if (value === undefined) await this.store.remove(prefix + key);
      else await this.store.save(prefix + key, value());
    } catch (error) {
      this.logger.error(`The store could not write ${key}.`, error);
    }
  }
}
