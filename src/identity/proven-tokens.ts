import { hash } from 'node:crypto';
import { RecentMap } from '../kernel/recent-map.js';
import type { Caller } from './caller.js';

/** Tokens that are remembered; beyond, the one that was proven first is proven again. */
const TOKENS = 20_000;

/** A longer one is proven each time: what it says is kept, so that all of them stay within about 70 MB. */
const CHARACTERS = 1_024;

/**
 * Who stands behind tokens that were proven before: after a cut everybody comes back at once, with the
 * same ones. Only for proofs that hold as long as the process, such as by a secret of its
 * configuration: a key that can be taken back proves nothing for later.
 */
export class ProvenTokens {
  // By digest: a token is long, and nobody's but its owner's to keep.
  readonly #callers: RecentMap<Caller>;

  /** @param now milliseconds since 1970 */
  constructor(private readonly now: () => number) {
    this.#callers = new RecentMap(TOKENS, (caller) => this.#hasExpired(caller));
  }

  /** A caller made anew, so that nothing that was found out about the last one counts; null: prove it. */
  callerOf(token: string): Caller | null {
    if (token.length > CHARACTERS) return null;
    const known = this.#callers.peek(digestOf(token));
    return known === undefined || this.#hasExpired(known) ? null : { ...known };
  }

  add(token: string, caller: Caller): void {
    if (token.length > CHARACTERS) return;
    this.#callers.use(digestOf(token), () => ({ ...caller }));
  }

  #hasExpired({ expiresAt }: Caller): boolean {
    return expiresAt !== null && expiresAt <= this.now();
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64');
}
