import type { NamespacePolicy, RateConfig } from '../config/config.js';
import type { Clock } from '../kernel/clock.js';
import { RecentMap } from '../kernel/recent-map.js';
import { type Allowance, LeasedBucket } from './leased-bucket.js';
import type { CarillonError } from '../protocol/carillon-error.js';
import type { RateScope } from '../telemetry/metrics.js';
import { rateLimited } from './rate-limited.js';
import type { RateStore } from './rate-store.port.js';

/** Buckets in use on this instance; beyond, what is held of the one used least recently is lost. */
const BUCKETS = 100_000;

/** What one publish counts against. */
export interface Counted {
  readonly namespace: string;
  readonly rules: Pick<NamespacePolicy, 'userRate' | 'totalRate'>;
  /** Null: a back end with an admin key, which is no user. */
  readonly user: string | null;
}

interface Limit {
  readonly scope: RateScope;
  readonly rate: RateConfig;
  readonly bucket: string;
}

/** The rates that the sessions of a user, and all publishers of a namespace, have together. */
export class SharedRates {
  readonly #buckets = new RecentMap<LeasedBucket>(BUCKETS, (bucket) => bucket.isIdle());

  constructor(
    private readonly store: RateStore,
    private readonly clock: Clock,
  ) {}

  /** Null: granted; else the refusal, and then nothing was counted. */
  async take(counted: Counted): Promise<CarillonError | null> {
    const granted: LeasedBucket[] = [];
    for (const limit of limitsOf(counted)) {
      const bucket = this.#bucketOf(limit);
      const taking = await bucket.take();
      if (!taking.granted) {
        for (const taken of granted) taken.giveBack();
        return rateLimited(limit.scope, limit.rate, taking.waitMs);
      }
      granted.push(bucket);
    }
    return null;
  }

  /** What is left, as far as this instance knows, of the limit that is nearest; null: there is none. */
  allowance(counted: Counted): Allowance | null {
    const known = limitsOf(counted).map((limit) => this.#bucketOf(limit).allowance());
    return known.reduce<Allowance | null>(
      (nearest, one) => (nearest && nearest.remaining <= one.remaining ? nearest : one),
      null,
    );
  }

  #bucketOf({ bucket, rate }: Limit): LeasedBucket {
    return this.#buckets.use(bucket, () => new LeasedBucket(bucket, rate, this.store, this.clock));
  }
}

/** The user's first: what a user may not publish takes nothing from the others. */
function limitsOf({ namespace, rules, user }: Counted): Limit[] {
  const { userRate, totalRate } = rules;
  const limits: Limit[] = [];
  if (userRate !== null && user !== null) {
    // A namespace has no colon, so no two buckets share a name.
    limits.push({ scope: 'user', rate: userRate, bucket: `u:${namespace}:${user}` });
  }
  if (totalRate !== null) {
    limits.push({ scope: 'namespace', rate: totalRate, bucket: `n:${namespace}` });
  }
  return limits;
}
