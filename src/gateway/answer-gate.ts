/** Requests of one connection whose large answers are read at a time. */
const AT_A_TIME = 4;

/**
 * Lets requests with large answers through a few at a time, and only while the connection takes what it
 * was answered: a client that asks without reading has requests here, not answers.
 */
export class AnswerGate {
  #free = AT_A_TIME;
  readonly #waiting: (() => void)[] = [];

  /** @param room settles when the connection has taken enough of what it was sent; null: it has */
  constructor(private readonly room: () => Promise<void> | null) {}

  /** Runs the work when it is its turn; settles as it does. Begun in the order of the calls. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      const room = this.room();
      if (room) await room;
      return await work();
    } finally {
      // The answer is written when its request has settled: only then is it known how much room is left.
      setImmediate(() => this.#passOn());
    }
  }

  #passOn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
