import { CarillonError } from './carillon-error.js';
import type { Connection } from './connection.js';
import type { Environment } from './environment.js';
import type { CommandName, Replies, Requests as Wire } from './wire.js';

interface Waiter {
  readonly go: () => void;
  readonly fail: (error: CarillonError) => void;
}

/**
 * Requests that may be repeated without harm. One that is made while there is no connection waits
 * for it, one whose connection is cut is sent again; all within `timeoutMs`.
 */
export class Requests {
  readonly #waiting = new Set<Waiter>();

  constructor(
    private readonly connection: Connection,
    private readonly environment: Environment,
    private readonly timeoutMs: number,
  ) {}

  ask<N extends CommandName>(name: N, request: Wire[N]): Promise<Replies[N]> {
    return new Promise((resolve, reject) => {
      const deadlineMs = this.environment.monotonicMs() + this.timeoutMs;
      const go = () => {
        stopTimer();
        this.#waiting.delete(waiter);
        const leftMs = deadlineMs - this.environment.monotonicMs();
        this.connection.send(
          name,
          request,
          (answer) => {
            if (answer.ok) return resolve(answer.reply);
            const { error } = answer;
            // While it is open, the server itself said so, or was silent until the deadline.
            if (error.code !== 'unavailable' || this.connection.isOpen) return reject(error);
            wait();
          },
          Math.max(1, leftMs),
        );
      };
      const fail = (error: CarillonError) => {
        stopTimer();
        this.#waiting.delete(waiter);
        reject(error);
      };
      const waiter = { go, fail };
      let stopTimer = () => {};
      const wait = () => {
        this.#waiting.add(waiter);
        const leftMs = Math.max(0, deadlineMs - this.environment.monotonicMs());
        stopTimer = this.environment.after(leftMs, () => {
          fail(new CarillonError('unavailable', `${name}: no connection in time. Try again.`));
        });
      };
      if (this.connection.isOpen) go();
      else wait();
    });
  }

  /** There is a session: send what waited. */
  opened(): void {
    for (const { go } of [...this.#waiting]) go();
  }

  /** There will be none: fail what waits. */
  giveUp(error: CarillonError): void {
    for (const { fail } of [...this.#waiting]) fail(error);
  }
}
