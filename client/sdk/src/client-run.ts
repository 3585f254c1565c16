import type { Environment } from './environment.js';
import { Parting } from './parting.js';
import type { StorePlace } from './store-place.js';
import type { StoreWriter } from './store-writer.js';

export interface RunParts {
  /** The id that the application gave. */
  readonly given: string | undefined;
  readonly writer: StoreWriter;
  readonly place: StorePlace;
  readonly environment: Environment;
  /** Takes up what an earlier run left in the store. */
  readonly restore: (isCurrent: () => boolean) => Promise<void>;
}

/** From `connect` to `close`: what the store keeps is read once, and left in order at the end. */
export class ClientRun {
  #client: string | null = null;
  /** A part of the store has that id, and gives it to whoever enters it. */
  #isKept = false;
  #loaded: Promise<void> | null = null;
  #ended = Promise.resolve();
  /** Counts the ends. */
  #round = 0;
  /** Nothing is read or written until the next `connect`. */
  #isOver = false;
  readonly #parting: Parting;

  constructor(private readonly parts: RunParts) {
    const { place, writer } = parts;
    this.#parting = new Parting(place.store.lastWords, place, writer);
  }

  /** The id that this client goes by, when everything that was kept has been taken up. */
  async client(): Promise<string> {
    this.#loaded ??= this.#load();
    await this.#loaded;
    this.#client ??= this.parts.environment.freshId();
    return this.#client;
  }

  /**
   * Resolves when all is written and another client may have the place, or after `withinMs`: a store that
   * answers later is written to later, and the next run of this client waits for that.
   */
  end(forget: () => void, withinMs: number): Promise<void> {
    if (!this.#isOver) this.#ended = this.#leave(forget);
    const ended = this.#ended;
    return new Promise((resolve, reject) => {
      const stopTimer = this.parts.environment.after(withinMs, resolve);
      ended.finally(stopTimer).then(resolve, reject);
    });
  }

  async #leave(forget: () => void): Promise<void> {
    const { writer, place } = this.parts;
    const loaded = this.#loaded;
    this.#isOver = true;
    this.#loaded = null;
    this.#round += 1;
    // What is still being read would enter the place after it was left.
    await loaded?.catch(() => undefined);
    await writer.flush();
    forget();
    this.#parting.end();
    await place.leave();
  }

  async #load(): Promise<void> {
    const { given, writer, environment, place, restore } = this.parts;
    const round = this.#round;
    this.#isOver = false;
    // The one before this: another end waits for what begins here.
    await this.#ended;
    place.open();
    this.#parting.begin();
    const stored = given ?? (await writer.load('client'));
    // The one before may go by another client by now: it stays where it was kept.
    const own = this.#isKept ? null : this.#client;
    const client = typeof stored === 'string' ? stored : (own ?? environment.freshId());
    this.#client = client;
    this.#isKept = place.current !== null;
    if (stored !== client) void writer.save('client', () => client);
    await restore(() => round === this.#round);
  }
}
