import { CarillonError } from '../protocol/carillon-error.js';

/** Seconds are enough for the heartbeat to free what a lost network left behind; spread over some. */
const RETRY_MS = 5_000;
const RETRY_SPREAD_MS = 5_000;

/** How many connections each user has on this instance, where there is a cap. */
export class UserConnections {
  readonly #counts = new Map<string, number>();

  /** @param most of one user; null: no cap, and nothing is counted */
  constructor(private readonly most: number | null) {}

  /** Null: counted, and `leave` must follow; else the refusal, and nothing was counted. */
  enter(user: string): CarillonError | null {
    if (this.most === null) return null;
    const count = this.#counts.get(user) ?? 0;
    if (count >= this.most) {
      return new CarillonError(
        'too_many_connections',
        `You have ${this.most} connections here already. Close one first.`,
        {
          retryAfterMs: RETRY_MS + Math.floor(Math.random() * RETRY_SPREAD_MS),
          details: { connections: this.most },
        },
      );
    }
    this.#counts.set(user, count + 1);
    return null;
  }

  leave(user: string): void {
    const count = this.#counts.get(user);
    if (count === undefined) return;
    if (count > 1) this.#counts.set(user, count - 1);
    else this.#counts.delete(user);
  }
}
