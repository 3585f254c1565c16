import type { PresencePush } from '../protocol/pushes/presence.js';
import type { PresenceStore } from './presence-store.port.js';

/** Sessions expelled in one step, so that a sweep of many leaves room for everything else. */
const STEP = 256;

/** Expels the sessions of instances that are gone without a word. */
export class LapsedSweep {
  #running: Promise<void> | null = null;

  constructor(
    private readonly store: Pick<PresenceStore, 'claim' | 'expel'>,
    private readonly now: () => number,
    private readonly changed: (push: PresencePush) => void,
  ) {}

  /** Resolves when nothing lapsed is left that nobody else works on, or the store failed. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      for (let holder = await this.#claim(); holder !== null; holder = await this.#claim()) {
        await this.#expelAll(holder);
      }
    } catch {
      // The store is away. A claim that was not finished is up again soon, for whoever looks first.
    }
  }

  #claim(): Promise<string | null> {
    return this.store.claim(this.now());
  }

  async #expelAll(holder: string): Promise<void> {
    for (;;) {
      const { changes, more } = await this.store.expel(holder, STEP);
      for (const change of changes) this.changed(change);
      if (!more) return;
    }
  }
}
