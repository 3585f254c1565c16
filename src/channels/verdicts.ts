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
  until: number | null;
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

  /** Rejects with `forbidden`, or `unavailable` when the authorizer cannot be asked. */
  async require(caller: Caller, action: Action, channel: string): Promise<void> {
    if (!(await this.allows(caller, action, channel))) {
      throw new CarillonError(
        'forbidden',
        `You may not ${action} here. Ask for a token that grants it, or use another channel.`,
      );
    }
  }

  async allows(caller: Caller, action: Action, channel: string): Promise<boolean> {
    const known = this.#of(caller);
    const key = `${action} ${channel}`;
    let remembered = known.get(key);
    if (remembered && remembered.until !== null && remembered.until <= Date.now()) {
      known.delete(key);
      remembered = undefined;
    }
    if (!remembered) {
      remembered = { verdict: this.#ask(caller, action, channel), until: null };
      this.#remember(known, key, remembered);
    }
    return (await remembered.verdict).allowed;
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
        remembered.until = verdict.allowed ? verdict.until : null;
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
