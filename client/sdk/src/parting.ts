import type { LastWords } from './last-words.js';
import { leave } from './left-behind.js';
import type { StorePlace } from './store-place.js';
import type { StoreWriter } from './store-writer.js';

/** Leaves what is not written yet whenever the page may be about to end, for the next run to take up. */
export class Parting {
  #stop = () => {};

  /** @param words undefined where a store needs none, or knows of no end */
  constructor(
    private readonly words: LastWords | undefined,
    private readonly place: StorePlace,
    private readonly writer: StoreWriter,
  ) {}

  begin(): void {
    this.#stop();
    this.#stop = this.words?.onEnd(() => this.#leave()) ?? (() => {});
  }

  end(): void {
    this.#stop();
  }

  #leave(): void {
    const { current } = this.place;
    // Nobody is in a part of the store: nothing was shown yet that it should know of.
    if (current === null) return;
    this.words?.keep(current.prefix, leave(current.run, this.writer.unwritten()));
  }
}
