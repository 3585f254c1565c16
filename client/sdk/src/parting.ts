import type { LastWords } from './last-words.js';
import { leave } from './left-behind.js';
import type { StorePlace } from './store-place.js';
import type { StoreWriter } from './store-writer.js';

/** Leaves what is not written yet whenever the page may be about to end, for the next run to take up. */
export class Parting {
  #stop = () => {};
  /** What is left would be found by the next run. */
  #hasLeft = false;

  /** @param words undefined where a store needs none, or knows of no end */
  constructor(
    private readonly words: LastWords | undefined,
    private readonly place: StorePlace,
    private readonly writer: StoreWriter,
  ) {}

  begin(): void {
    this.#stop();
    // A page that goes on after all must not leave what it has written since: a publish might be sent again
    // long after it was stored. Each is written before it is sent.
    this.writer.onArrived(() => {
      if (this.#hasLeft) this.#leave();
    });
    this.#stop = this.words?.onEnd(() => this.#leave()) ?? (() => {});
  }

  end(): void {
    this.#stop();
  }

  #leave(): void {
    const { current } = this.place;
    // Nobody is in a part of the store: nothing was shown yet that it should know of.
    if (current === null) return;
    const left = leave(current.run, this.writer.unwritten());
    this.#hasLeft = left !== null;
    this.words?.keep(current.prefix, left);
  }
}
