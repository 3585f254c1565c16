import { readConfig } from '../../../src/config/read-config.js';
import type { Clock } from '../../../src/kernel/clock.js';
import { LimitsService } from '../../../src/limits/limits.service.js';
import { MemoryRateStore } from '../../../src/limits/memory/memory-rate-store.js';
import type { RateStore } from '../../../src/limits/rate-store.port.js';
import { CarillonError, type ErrorBody } from '../../../src/protocol/carillon-error.js';
import type { RateScope } from '../../../src/telemetry/metrics.js';

/** Time in the hand of a test. */
export class HeldClock implements Clock {
  ms = 0;
  now(): number {
    return this.ms;
  }
  monotonic(): number {
    return this.ms;
  }
}

export interface LimitsUnderTest {
  readonly limits: LimitsService;
  readonly clock: HeldClock;
  /** What was counted as refused, in its order. */
  readonly refused: RateScope[];
  /** Publishes in a namespace of the policy; null: it was allowed. */
  publish(namespace: string, user?: string | null): Promise<ErrorBody | null>;
  /** How many of so many, sent at once, were allowed. */
  allowed(count: number, namespace: string, user?: string | null): Promise<number>;
}

export function limitsUnderTest(
  namespaces: object,
  {
    clock = new HeldClock(),
    store = new MemoryRateStore(clock),
    env = {},
  }: {
    readonly clock?: HeldClock;
    readonly store?: RateStore;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): LimitsUnderTest {
  const config = readConfig({ ...env, CARILLON_CONFIG: 'policy.json' }, () =>
    JSON.stringify({ namespaces }),
  );
  const refused: RateScope[] = [];
  const metrics = { rateLimited: (scope: RateScope) => void refused.push(scope) };
  const limits = new LimitsService(config, clock, store, metrics);
  const publish = async (namespace: string, user: string | null = 'ann') => {
    const rules = config.policy.namespaces[namespace];
    if (!rules) throw new Error(`${namespace} is not in the policy`);
    return refusalOf(async () => limits.countPublish({ namespace, rules, user }));
  };
  const allowed = async (count: number, namespace: string, user: string | null = 'ann') => {
    const answers = await Promise.all(
      Array.from({ length: count }, () => publish(namespace, user)),
    );
    return answers.filter((answer) => answer === null).length;
  };
  return { limits, clock, refused, publish, allowed };
}

/** The refusal that some work ends in; null: it was allowed. */
export async function refusalOf(work: () => unknown): Promise<ErrorBody | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof CarillonError) return error.toBody();
    throw error;
  }
}
