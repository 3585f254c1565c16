import { CarillonError } from './carillon-error.js';
import type { Environment } from './environment.js';

export type Token = string | (() => string | Promise<string>);

/** Hands out the token. One that came from a function is kept until somebody asks for a fresh one. */
export class TokenSource {
  readonly isRenewable: boolean;
  #kept: string | null = null;

  constructor(
    private readonly token: Token,
    private readonly environment: Environment,
    private readonly timeoutMs: number,
  ) {
    this.isRenewable = typeof token === 'function';
  }

  /**
   * @param fresh do not hand out the kept one
   * @throws CarillonError: what the application's function threw, or `unavailable`
   */
  async take(fresh: boolean): Promise<string> {
    if (typeof this.token === 'string') return this.token;
    if (!fresh && this.#kept !== null) return this.#kept;
    const token: unknown = await this.#withinTime(this.token);
    if (typeof token !== 'string' || token === '') {
      throw new CarillonError('unauthenticated', 'The `token` function gave no token: fix it.');
    }
    this.#kept = token;
    return token;
  }

  /** The kept token is not worth offering again. */
  forget(): void {
    this.#kept = null;
  }

  #withinTime(ask: () => string | Promise<string>): Promise<string> {
    return new Promise((resolve, reject) => {
      const stop = this.environment.after(this.timeoutMs, () => {
        reject(new CarillonError('unavailable', 'The `token` function took too long.'));
      });
      const fail = (cause: unknown) => {
        stop();
        if (cause instanceof CarillonError) return reject(cause);
        reject(new CarillonError('unavailable', 'The `token` function failed.', { cause }));
      };
      const done = (token: string) => {
        stop();
        resolve(token);
      };
      try {
        Promise.resolve(ask()).then(done, fail);
      } catch (cause) {
        fail(cause);
      }
    });
  }
}
