import type { Environment } from './environment.js';
import type { ServerClock } from './server-clock.js';

/** More than this at once is no schedule but a mistake: the next to come is shown early. */
const HELD_MAX = 10_000;

interface Held {
  readonly releaseAt: number;
  readonly show: () => void;
}

/** Holds what must not be shown before an instant on the cluster clock. */
export class ReleaseQueue {
  /** The next to come first; those of one instant in the order they came. */
  readonly #held: Held[] = [];
  #stopTimer = () => {};

  constructor(
    private readonly clock: ServerClock,
    private readonly environment: Environment,
  ) {}

  /** True for an instant that is still to come. */
  isEarly(releaseAt: number): boolean {
    return this.clock.now() < releaseAt;
  }

  /** Calls `show` at `releaseAt`, in milliseconds on the cluster clock. Returns what calls it off. */
  hold(releaseAt: number, show: () => void): () => void {
    const held = { releaseAt, show };
    const later = this.#held.findIndex((other) => other.releaseAt > releaseAt);
    this.#held.splice(later === -1 ? this.#held.length : later, 0, held);
    this.#arm();
    return () => {
      const place = this.#held.indexOf(held);
      if (place === -1) return;
      this.#held.splice(place, 1);
      this.#arm();
    };
  }

  /** The estimate of the clock changed: wait anew. */
  reconsider(): void {
    this.#arm();
  }

  #arm(): void {
    this.#stopTimer();
    this.#stopTimer = () => {};
    const [next] = this.#held;
    if (next === undefined) return;
    // Rounded up: a timer that fires early would only be set again.
    const untilMs = Math.ceil(next.releaseAt - this.clock.now());
    const waitMs = this.#held.length > HELD_MAX ? 0 : Math.max(0, untilMs);
    this.#stopTimer = this.environment.after(waitMs, () => this.#release());
  }

  #release(): void {
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      if (this.isEarly(next.releaseAt) && this.#held.length <= HELD_MAX) break;
      this.#held.shift();
      next.show();
    }
    this.#arm();
  }
}
