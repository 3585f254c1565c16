import type { Environment } from './environment.js';
import { takeUp } from './left-behind.js';
import type { Logger } from './logger.js';
import type { Store } from './store.js';

/** Nobody has more tabs of one application that publish; one more works without its store. */
const PLACES_MAX = 64;
/** Somebody only looks after an orphan in this place: it is free again in a moment. */
const VISIT_MS = 50;
const VISITS_MAX = 40;

/** Where the keys of one client begin. Null: nothing is kept. */
export interface KeyPrefix {
  prefix(): Promise<string | null>;
}

interface Entered {
  readonly number: number;
  /** Never twice: whoever is in the place after this one can tell what was left there by whom. */
  readonly run: string;
  readonly leave: () => void;
}

/**
 * The part of a store that is one running client's alone, so that two tabs which share a store share
 * neither a client id nor an outbox nor a place in a channel. The first free part is taken: a client
 * that comes back alone finds what it left.
 */
export class StorePlace implements KeyPrefix {
  #entered: Promise<Entered | null> | null = null;
  #current: Entered | null = null;
  #isOpen = true;
  /** What this run has in memory is of another part: it would overwrite what somebody left in a used one. */
  #wasLost = false;
  readonly #waiting = new Set<() => void>();

  constructor(
    readonly store: Store,
    private readonly environment: Environment,
    private readonly logger: Logger,
  ) {}

  async prefix(): Promise<string | null> {
    // After the end of a run nobody would leave it again.
    if (!this.#isOpen) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    this.#entered ??= this.#enter();
    const entered = await this.#entered;
    return entered === null ? null : prefixOf(entered.number);
  }

  /** The part that this client is in, and by which name; null while it is in none. */
  get current(): { readonly prefix: string; readonly run: string } | null {
    if (this.#current === null) return null;
    const { number, run } = this.#current;
    return { prefix: prefixOf(number), run };
  }

  /** A run begins: a place may be entered. */
  open(): void {
    this.#isOpen = true;
    for (const go of this.#waiting) go();
    this.#waiting.clear();
  }

  /** Another client may have the place. Whoever asks for one from now on waits for the next `open`. */
  async leave(): Promise<void> {
    this.#isOpen = false;
    this.#wasLost = false;
    const entered = await this.#entered;
    this.#entered = this.#current = null;
    entered?.leave();
  }

  /** Calls `visit` for every used place that nobody is in, and keeps it free meanwhile. */
  async visitOrphans(visit: (prefix: string) => Promise<void>): Promise<void> {
    const own = await this.#entered;
    if (own === null || this.store.hold === undefined) return;
    for (let number = 0; number < PLACES_MAX; number += 1) {
      const prefix = prefixOf(number);
      if (number === own.number) continue;
      if (!(await this.#isUsed(number))) return;
      const endVisit = await this.#hold(`visit ${number}`);
      if (endVisit === null) continue;
      const leave = await this.#hold(`place ${number}`);
      try {
        if (leave === null) continue;
        await this.#takeUp(prefix);
        this.store.lastWords?.keep(prefix, null);
        await visit(prefix);
      } finally {
        leave?.();
        endVisit();
      }
    }
  }

  async #enter(): Promise<Entered | null> {
    try {
      for (let number = 0; number < PLACES_MAX; number += 1) {
        const leave = await this.#take(number);
        if (leave === null) continue;
        if (this.#wasLost && (await this.#isUsed(number))) {
          leave();
          continue;
        }
        this.#current = { number, run: await this.#begin(prefixOf(number)), leave };
        return this.#current;
      }
      this.logger.error('Too many clients share the store: this one keeps nothing.');
    } catch (error) {
      this.logger.error('The store cannot be used: this client keeps nothing.', error);
    }
    return null;
  }

  /** Takes up what the run before could not write any more. Resolves with the name of this run. */
  async #begin(prefix: string): Promise<string> {
    const { lastWords } = this.store;
    const key = `${prefix}place`;
    const run = this.environment.freshId();
    await this.#takeUp(prefix);
    // In this order: until the name stands there, another one would take up the same.
    await this.store.save(key, run);
    lastWords?.keep(prefix, null);
    return run;
  }

  async #takeUp(prefix: string): Promise<void> {
    const { lastWords } = this.store;
    if (lastWords === undefined) return;
    await takeUp(this.store, lastWords, { prefix, run: await this.store.load(`${prefix}place`) });
  }

  async #take(number: number): Promise<(() => void) | null> {
    for (let visits = 0; visits < VISITS_MAX; visits += 1) {
      const leave = await this.#hold(`place ${number}`, () => this.#lost());
      if (leave !== null) return leave;
      const endVisit = await this.#hold(`visit ${number}`);
      endVisit?.();
      if (endVisit !== null) return null;
      await new Promise<void>((resolve) => this.environment.after(VISIT_MS, resolve));
    }
    return null;
  }

  #lost(): void {
    this.logger.error('Another client took over this part of the store while this one slept.');
    this.#entered = this.#current = null;
    this.#wasLost = true;
  }

  async #isUsed(number: number): Promise<boolean> {
    return (await this.store.load(`${prefixOf(number)}place`)) !== undefined;
  }

  async #hold(name: string, lost = () => {}): Promise<(() => void) | null> {
    return this.store.hold === undefined ? () => {} : this.store.hold(name, lost);
  }
}

function prefixOf(number: number): string {
  return number === 0 ? '' : `${number}/`;
}
