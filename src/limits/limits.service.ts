import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { CLOCK, type Clock } from '../kernel/clock.js';
import type { CarillonError } from '../protocol/carillon-error.js';
import { Metrics } from '../telemetry/metrics.js';
import type { Allowance } from './leased-bucket.js';
import { RATE_STORE, type RateStore } from './rate-store.port.js';
import { SessionLimits } from './session-limits.js';
import { type Counted, SharedRates } from './shared-rates.js';
import { UserConnections } from './user-connections.js';

export type { Allowance } from './leased-bucket.js';

/** How much each may: a session, a user, everybody in a namespace. */
@Injectable()
export class LimitsService {
  readonly #shared: SharedRates;
  readonly #connections: UserConnections;

  /** One for all sessions. */
  readonly #refused = (): void => this.metrics.rateLimited('session');

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'policy' | 'maxConnectionsPerUser'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RATE_STORE) store: RateStore,
    @Inject(Metrics) private readonly metrics: Pick<Metrics, 'rateLimited'>,
  ) {
    this.#shared = new SharedRates(store, clock);
    this.#connections = new UserConnections(config.maxConnectionsPerUser);
  }

  /** Full buckets for a new session. Nothing is kept here: drop the session and they are gone. */
  forSession(): SessionLimits {
    return new SessionLimits(this.config.policy, this.clock, this.#refused);
  }

  /**
   * Counts one publish against what its user and its namespace may in the whole cluster; null where
   * neither has a limit. Publishes that wait go on in the order they came. Count last, when the
   * publish is allowed and well-formed: nobody may use up what belongs to others.
   *
   * Rejects with `rate_limited` and the milliseconds to wait, and then nothing was counted.
   */
  countPublish(publish: Counted): Promise<void> | null {
    const { userRate, totalRate } = publish.rules;
    return userRate === null && totalRate === null ? null : this.#count(publish);
  }

  /** What is left of the nearest of these limits, as this instance knows it; null: there is none. */
  allowance(publish: Counted): Allowance | null {
    return this.#shared.allowance(publish);
  }

  /** Null: this user may connect, and `disconnected` must follow; else why not. */
  connected(user: string): CarillonError | null {
    return this.#connections.enter(user);
  }

  disconnected(user: string): void {
    this.#connections.leave(user);
  }

  async #count(publish: Counted): Promise<void> {
    const refusal = await this.#shared.take(publish);
    if (refusal === null) return;
    const scope = refusal.hints.details?.['scope'];
    this.metrics.rateLimited(scope === 'user' ? 'user' : 'namespace');
    throw refusal;
  }
}
