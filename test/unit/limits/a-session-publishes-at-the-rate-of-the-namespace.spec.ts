import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../../src/config/read-config.js';
import type { Clock } from '../../../src/kernel/clock.js';
import { LimitsService } from '../../../src/limits/limits.service.js';
import { MemoryRateStore } from '../../../src/limits/memory/memory-rate-store.js';
import type { SessionLimits } from '../../../src/limits/session-limits.js';
import { CarillonError, type ErrorBody } from '../../../src/protocol/carillon-error.js';

const policy = {
  namespaces: {
    slow: { rate: { perSecond: 2, burst: 3 } },
    fast: { rate: { perSecond: 1000, burst: 1000 } },
  },
};

function limitsAt(clock: { ms: number }): LimitsService {
  const config = readConfig({ CARILLON_CONFIG: 'policy.json' }, () => JSON.stringify(policy));
  const time: Clock = { now: () => 0, monotonic: () => clock.ms };
  return new LimitsService(config, time, new MemoryRateStore(time), { rateLimited: () => {} });
}

/** The refusal of one publish; null: it was allowed. */
function refusalOf(session: SessionLimits, namespace: string): ErrorBody | null {
  try {
    session.takePublish(namespace);
    return null;
  } catch (error) {
    if (error instanceof CarillonError) return error.toBody();
    throw error;
  }
}

function publishes(session: SessionLimits, namespaces: Iterable<string>): number {
  let count = 0;
  for (const namespace of namespaces) if (refusalOf(session, namespace) === null) count += 1;
  return count;
}

const times = (count: number, namespace: string) => Array.from({ length: count }, () => namespace);

describe('one session', () => {
  test('is told how long to wait after its burst, and may then go on', () => {
    const clock = { ms: 0 };
    const session = limitsAt(clock).forSession();
    expect(publishes(session, times(3, 'slow'))).toBe(3);
    expect(refusalOf(session, 'slow')).toEqual({
      code: 'rate_limited',
      message: 'Publish at most 2 messages a second here; send this one again later.',
      retryable: true,
      retryAfterMs: 500,
      details: { scope: 'session', perSecond: 2, burst: 3 },
    });
    clock.ms = 500;
    expect(publishes(session, times(2, 'slow'))).toBe(1);
  });

  test('has a rate of its own for each namespace that is named', () => {
    const session = limitsAt({ ms: 0 }).forSession();
    publishes(session, times(10, 'slow'));
    expect(publishes(session, times(2000, 'fast'))).toBe(1000);
  });

  test('gains nothing by inventing namespaces', () => {
    const session = limitsAt({ ms: 0 }).forSession();
    const invented = Array.from({ length: 5000 }, (_, index) => `n${index}`);
    expect(publishes(session, invented)).toBe(100);
  });
});

test('sessions do not share a rate', () => {
  const limits = limitsAt({ ms: 0 });
  publishes(limits.forSession(), times(10, 'slow'));
  expect(publishes(limits.forSession(), times(10, 'slow'))).toBe(3);
});

test('a namespace that may not be used is forbidden, not counted', () => {
  const session = limitsAt({ ms: 0 }).forSession();
  expect(refusalOf(session, '$service')).toMatchObject({ code: 'forbidden' });
});
