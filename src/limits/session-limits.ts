import type { NamespacePolicy, Policy } from '../config/config.js';
import { namespacePolicy } from '../config/namespace-policy.js';
import type { Clock } from '../kernel/clock.js';
import { CarillonError } from '../protocol/carillon-error.js';
import { rateLimited } from './rate-limited.js';
import { TokenBucket } from './token-bucket.js';

/** The rates of one session; lives and dies with it. */
export class SessionLimits {
  // By policy, not by name: namespaces that are not named share one policy and so one bucket.
  // Inventing names gains nothing, and there are never more buckets than policies.
  #publishes: Map<NamespacePolicy, TokenBucket> | null = null;

  /** @param refused told of each publish that exceeded the rate */
  constructor(
    private readonly policy: Policy,
    private readonly clock: Clock,
    private readonly refused: () => void,
  ) {}

  /**
   * Counts one publish in `namespace`.
   *
   * @throws CarillonError `rate_limited`, with the milliseconds to wait; `forbidden` where the
   *   namespace may not be used at all
   */
  takePublish(namespace: string): void {
    const rules = namespacePolicy(this.policy, namespace);
    if (rules === null) {
      throw new CarillonError('forbidden', 'Publish to a channel that you are allowed to use.');
    }
    const taking = this.#bucketOf(rules).take(1, this.clock.monotonic());
    if (taking.granted) return;
    this.refused();
    throw rateLimited('session', rules.rate, taking.waitMs);
  }

  #bucketOf(rules: NamespacePolicy): TokenBucket {
    this.#publishes ??= new Map();
    const existing = this.#publishes.get(rules);
    if (existing !== undefined) return existing;
    const bucket = new TokenBucket(rules.rate, this.clock.monotonic());
    this.#publishes.set(rules, bucket);
    return bucket;
  }
}
