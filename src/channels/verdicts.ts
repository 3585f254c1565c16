import { Inject, Injectable } from '@nestjs/common';
import { CarillonError } from '../protocol/carillon-error.js';
import type { Action, Caller } from '../identity/caller.js';
import {
  CHANNEL_AUTHORIZER,
  type ChannelAuthorizer,
  type Verdict,
} from './channel-authorizer.port.js';

/** Verdicts remembered for one caller; the oldest makes room. */
const REMEMBERED = 512;

interface Remembered {
  readonly verdict: Promise<Verdict>;
  /** What it came to; null while the authorizer is asked. */
  known: Verdict | null;
}

/**
 * Asks the authorizer once for what a caller does often. A caller is made anew by each
 * `authenticate`, so new rights are asked for anew. Requests that wait for the same verdict go on in
 * the order they came.
 */
@Injectable()
export class Verdicts {
  readonly #byCaller = new WeakMap<Caller, Map<string, Remembered>>();

  constructor(@Inject(CHANNEL_AUTHORIZER) private readonly authorizer: ChannelAuthorizer) {}

  /**
   * Null: it is known to be allowed. Else settles when it is known; rejects with `forbidden`, or
   * `unavailable` when the authorizer cannot be asked.
   */
  require(caller: Caller, action: Action, channel: string): Promise<void> | null {
    const { known, verdict } = this.#ofChannel(caller, action, channel);
    if (known?.allowed) return null;
    return verdict.then(({ allowed }) => {
      if (!allowed) throw forbidden(action);
    });
  }

  async allows(caller: Caller, action: Action, channel: string): Promise<boolean> {
    return (await this.#ofChannel(caller, action, channel).verdict).allowed;
  }

  #ofChannel(caller: Caller, action: Action, channel: string): Remembered {
    const all = this.#of(caller);
    const key = `${action} ${channel}`;
    const remembered = all.get(key);
    if (remembered && !hasRunOut(remembered)) return remembered;
    all.delete(key);
    const asked: Remembered = { verdict: this.#ask(caller, action, channel), known: null };
    this.#remember(all, key, asked);
    return asked;
  }

  #remember(known: Map<string, Remembered>, key: string, remembered: Remembered): void {
    known.set(key, remembered);
    if (known.size > REMEMBERED) {
      for (const oldest of known.keys()) {
        known.delete(oldest);
        break;
      }
    }
    remembered.verdict.then(
      (verdict) => {
        remembered.known = verdict;
      },
      () => known.delete(key),
    );
  }

  async #ask(caller: Caller, action: Action, channel: string): Promise<Verdict> {
    try {
      return await this.authorizer.authorize(caller, action, channel);
    } catch (cause) {
      throw new CarillonError('unavailable', 'Rights cannot be checked now. Try again.', { cause });
    }
  }

  #of(caller: Caller): Map<string, Remembered> {
    let known = this.#byCaller.get(caller);
    if (!known) {
      known = new Map();
      this.#byCaller.set(caller, known);
    }
    return known;
  }
}

function hasRunOut({ known }: Remembered): boolean {
  return known?.allowed === true && known.until !== null && known.until <= Date.now();
}

function forbidden(action: Action): CarillonError {
  return new CarillonError(
    'forbidden',
    `You may not ${action} here. Ask for a token that grants it, or use another channel.`,
  );
}
