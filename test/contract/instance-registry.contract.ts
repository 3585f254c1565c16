import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { InstanceRegistry } from '../../src/cluster/instance-registry.port.js';
import type { Instance } from '../../src/protocol/admin/instance.js';

export interface InstanceRegistryUnderTest {
  readonly registry: InstanceRegistry;
  end(): Promise<void>;
}

/** What every instance registry promises. Each test has a time of its own, past the tests before. */
export function instanceRegistryContract(
  adapter: string,
  start: () => Promise<InstanceRegistryUnderTest>,
): void {
  describe(`instance registry contract: ${adapter}`, () => {
    let registry: InstanceRegistry;
    let end: () => Promise<void>;
    let now = 1_700_000_000_000;

    beforeAll(async () => {
      ({ registry, end } = await start());
    });

    afterAll(() => end());

    test('what was announced is listed as it was said, the last word counting', async () => {
      now += 1_000_000;
      const [a, b] = [newInstance(), newInstance()];
      await registry.announce(a, { nowMs: now, untilMs: now + 5_000 });
      await registry.announce(b, { nowMs: now, untilMs: now + 5_000 });
      const later = { ...a, sessions: 12, loopDelayMs: 1.5, state: 'draining' as const };
      await registry.announce(later, { nowMs: now, untilMs: now + 5_000 });

      const listed = await registry.list(now);
      expect(listed).toHaveLength(2);
      expect(listed).toEqual(expect.arrayContaining([later, b]));
    });

    test('an announcement that is not repeated expires', async () => {
      now += 1_000_000;
      const [gone, here] = [newInstance(), newInstance()];
      await registry.announce(gone, { nowMs: now, untilMs: now + 5_000 });
      await registry.announce(here, { nowMs: now + 1_000, untilMs: now + 6_000 });

      expect(await registry.list(now + 4_999)).toHaveLength(2);
      expect(await registry.list(now + 5_000)).toEqual([here]);
    });

    test('an instance that was withdrawn is gone at once, and may come back', async () => {
      now += 1_000_000;
      const instance = newInstance();
      await registry.announce(instance, { nowMs: now, untilMs: now + 5_000 });
      await registry.withdraw(instance.id);
      expect(await registry.list(now)).toEqual([]);

      await registry.announce(instance, { nowMs: now, untilMs: now + 5_000 });
      expect(await registry.list(now)).toEqual([instance]);
    });
  });
}

function newInstance(): Instance {
  return {
    id: `ünï:${randomUUID()}`,
    version: '1.2.3',
    startedAt: 1_600_000_000_000,
    sessions: 0,
    channels: 0,
    loopDelayMs: 0,
    outboxBytes: 0,
    state: 'ready',
  };
}
