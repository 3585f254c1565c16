import { Logger } from '@nestjs/common';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../kernel/clock.js';
import { CarillonError } from '../protocol/carillon-error.js';

export interface KeySetTimes {
  /** At least this long between two requests, whatever tokens arrive and however the last one ended. */
  readonly cooldownMs: number;
  /** Older keys are used, and replaced behind the scenes: a key that was withdrawn goes within this. */
  readonly freshMs: number;
  /** Older keys are not used: while the provider is away nobody new gets in after this. */
  readonly staleMs: number;
  /** Shorter than what a connection has for its handshake, so that the refusal still reaches it. */
  readonly timeoutMs: number;
}

const TIMES: KeySetTimes = {
  cooldownMs: 10_000,
  freshMs: 300_000,
  staleMs: 3_600_000,
  timeoutMs: 3_000,
};

/**
 * The public keys of an identity provider, fetched when they are first needed.
 *
 * The library's own remote set counts its cooldown from the last success, so a flood of tokens
 * would hammer a provider that is down, and it forgets good keys the moment they are not fresh.
 */
export class RemoteKeySet {
  readonly #logger = new Logger(RemoteKeySet.name);
  #keys: JWTVerifyGetKey | null = null;
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;
  #pending: Promise<JWTVerifyGetKey> | null = null;

  constructor(
    private readonly url: string,
    private readonly clock: Clock,
    private readonly times: KeySetTimes = TIMES,
  ) {}

  /**
   * The key for one token.
   *
   * @throws CarillonError `unavailable` when the provider cannot be asked and it would matter
   * @throws the library's own error when the provider has no such key
   */
  readonly keyFor: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.#current();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // Asked not long ago and answered: the key does not exist. Else it may be a new one.
      if (this.#isCoolingDown() && this.#fetchedAt === this.#triedAt) throw error;
      return (await this.#refreshed())(header, token);
    }
  };

  async #current(): Promise<JWTVerifyGetKey> {
    const ageMs = this.clock.monotonic() - this.#fetchedAt;
    if (this.#keys === null || ageMs > this.times.staleMs) return this.#refreshed();
    if (ageMs > this.times.freshMs && !this.#isCoolingDown()) {
      // The failure was logged, and the keys at hand still serve.
      this.#refreshed().catch(() => undefined);
    }
    return this.#keys;
  }

  #isCoolingDown(): boolean {
    return this.clock.monotonic() - this.#triedAt < this.times.cooldownMs;
  }

  /** One request at a time, shared by all who wait for it. */
  #refreshed(): Promise<JWTVerifyGetKey> {
    if (this.#pending !== null) return this.#pending;
    if (this.#isCoolingDown()) return Promise.reject(this.#unavailable());
    const triedAt = this.clock.monotonic();
    this.#triedAt = triedAt;
    this.#pending = this.#fetch()
      .then((keys) => {
        this.#keys = keys;
        this.#fetchedAt = triedAt;
        return keys;
      })
      .catch((cause: unknown) => {
        this.#logger.warn(`The key set at ${this.url} cannot be had: ${String(cause)}`);
        throw this.#unavailable(cause);
      })
      .finally(() => {
        this.#pending = null;
      });
    return this.#pending;
  }

  async #fetch(): Promise<JWTVerifyGetKey> {
    const response = await fetch(this.url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      // The operator pinned this address; where it leads is not the provider's to choose.
      redirect: 'error',
      signal: AbortSignal.timeout(this.times.timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`it answered ${response.status}`);
    }
    // The library checks the shape.
    return createLocalJWKSet((await response.json()) as JSONWebKeySet);
  }

  #unavailable(cause?: unknown): CarillonError {
    const waitedMs = this.clock.monotonic() - this.#triedAt;
    return new CarillonError(
      'unavailable',
      'The keys of the identity provider cannot be had just now; try again shortly.',
      { retryAfterMs: Math.max(0, Math.ceil(this.times.cooldownMs - waitedMs)), cause },
    );
  }
}
