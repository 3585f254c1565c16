import type { CarillonError } from './carillon-error.js';
import type { Connection } from './connection.js';
import type { Environment } from './environment.js';
import type { Logger } from './logger.js';
import { retryDelayMs } from './retry-delay.js';
import type { ServerClock } from './server-clock.js';
import type { SessionChannel } from './session.js';
import type { TokenSource } from './token-source.js';

/** Renewed when this part of its life is over: time enough for retries. */
const RENEW_AT = 0.8;

export interface RenewalParts {
  readonly connection: Connection;
  readonly tokens: TokenSource;
  readonly clock: ServerClock;
  readonly environment: Environment;
  readonly logger: Logger;
  /** `$` channels that a fresh token added, and where each starts. */
  readonly added: (channels: readonly SessionChannel[]) => void;
}

/** Gets a fresh token before the old one expires and hands it over within the session. */
export class TokenRenewal {
  #expiresAt: number | null = null;
  #stopTimer = () => {};
  /** Counts sessions and renewals, so that a late answer is known for what it is. */
  #round = 0;

  constructor(private readonly parts: RenewalParts) {}

  /** A token that expires so soon is not offered in a new handshake. */
  isStale(): boolean {
    return this.#expiresAt !== null && this.parts.clock.now() >= this.#expiresAt;
  }

  /** @param expiresAt milliseconds on the cluster clock; null for never */
  begin(expiresAt: number | null): void {
    this.stop();
    this.#expiresAt = expiresAt;
    if (expiresAt === null || !this.parts.tokens.isRenewable) return;
    this.#schedule((expiresAt - this.parts.clock.now()) * RENEW_AT, 0);
  }

  stop(): void {
    this.#round += 1;
    this.#stopTimer();
  }

  #schedule(waitMs: number, failures: number): void {
    const round = this.#round;
    this.#stopTimer = this.parts.environment.after(Math.max(0, waitMs), () => {
      void this.#renew(round, failures);
    });
  }

  async #renew(round: number, failures: number): Promise<void> {
    const { tokens, connection } = this.parts;
    try {
      const token = await tokens.take(true);
      if (round !== this.#round) return;
      connection.send('authenticate', { token }, (answer) => {
        if (round !== this.#round) return;
        if (answer.ok) {
          const { expiresAt, channels = [] } = answer.reply;
          this.parts.added(channels);
          return this.begin(expiresAt);
        }
        this.#failed(answer.error, failures);
      });
    } catch (error) {
      // A TokenSource throws nothing but this.
      if (round === this.#round) this.#failed(error as CarillonError, failures);
    }
  }

  #failed(error: CarillonError, failures: number): void {
    const { environment, logger, tokens } = this.parts;
    logger.warn(`The token could not be renewed: ${error.message}`);
    // What this session refused would be refused in the next handshake too.
    tokens.forget();
    if (!error.retryable) return;
    this.#schedule(retryDelayMs(failures, environment.random(), error.retryAfterMs), failures + 1);
  }
}
