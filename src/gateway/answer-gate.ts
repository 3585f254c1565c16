import { CarillonError } from '../protocol/carillon-error.js';

/** Requests of one connection whose large answers are read at a time. */
const AT_A_TIME = 4;

/** The connection that is answered. */
export interface AnsweredConnection {
  readonly isOpen: boolean;
}

/** What is known of what connections leave unread. */
export interface Answering<C> {
  /** Settles when the connection has taken enough of what it was sent; null: it has. */
  roomOf(connection: C): Promise<void> | null;
  /** A large answer was written to it. */
  answered(connection: C): void;
}

/**
 * Lets requests with large answers through a few at a time, and only while the connection takes what it
 * was answered: a client that asks without reading has requests here, not answers.
 */
export class AnswerGate<C extends AnsweredConnection = AnsweredConnection> {
  #free = AT_A_TIME;
  #waiting: (() => void)[] | null = null;
  /** Settles when the last of the largest was answered; null: there was none. */
  #largest: Promise<void> | null = null;

  constructor(
    private readonly connection: C,
    private readonly answering: Answering<C>,
  ) {}

  /**
   * Runs the work when it is its turn, begun in the order of the calls, and settles as it does.
   *
   * @throws CarillonError `unavailable` when the connection has ended meanwhile
   */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => (this.#waiting ??= []).push(resolve));
    try {
      const room = this.answering.roomOf(this.connection);
      if (room) await room;
      if (!this.connection.isOpen) {
        throw new CarillonError('unavailable', 'This connection has ended. Connect again.');
      }
      return await work();
    } finally {
      // The answer is written when its request has settled: only then is it known how much room is left.
      setImmediate(() => this.#passOn());
    }
  }

  /** As `pass`, of those whose answers are larger than any other: one at a time. */
  async passAlone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#largest;
    let answered = (): void => undefined;
    this.#largest = new Promise((resolve) => (answered = resolve));
    if (before) await before;
    try {
      return await this.pass(work);
    } finally {
      setImmediate(() => answered());
    }
  }

  #passOn(): void {
    this.answering.answered(this.connection);
    const next = this.#waiting?.shift();
    if (next) next();
    else this.#free += 1;
  }
}
