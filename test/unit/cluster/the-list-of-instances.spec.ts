import { beforeEach, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ClusterService } from '../../../src/cluster/cluster.service.js';
import type { InstanceRegistry } from '../../../src/cluster/instance-registry.port.js';
import { MemoryInstanceRegistry } from '../../../src/cluster/memory/memory-instance-registry.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';

describe('the list of instances', () => {
  let nowMs: number;
  let registry: InstanceRegistry;
  let sessions: number;

  beforeEach(() => {
    Logger.overrideLogger(false);
    nowMs = 1_700_000_000_000;
    registry = new MemoryInstanceRegistry();
    sessions = 1;
  });

  function instance(instanceId: string): ClusterService {
    const report = () => ({
      sessions,
      channels: 2,
      loopDelayMs: 0.5,
      outboxBytes: 3,
      state: 'ready' as const,
    });
    return new ClusterService(registry, report, { now: () => nowMs }, { instanceId }, '1.2.3');
  }

  test('holds every instance that announced itself, by id', async () => {
    const [b, a] = [instance('b'), instance('a')];
    await b.announce();
    nowMs += 10;
    await a.announce();

    expect(await b.instances()).toEqual([
      expect.objectContaining({ id: 'a', startedAt: nowMs, version: '1.2.3' }),
      expect.objectContaining({ id: 'b', startedAt: nowMs - 10, channels: 2 }),
    ]);
  });

  test('tells of the asked instance what holds now, of the others what they said last', async () => {
    const [a, b] = [instance('a'), instance('b')];
    await Promise.all([a.announce(), b.announce()]);
    sessions = 7;

    expect(await a.instances()).toMatchObject([{ sessions: 7 }, { sessions: 1 }]);
  });

  test('forgets an instance that is silent for 5 s, and one that stops at once', async () => {
    const [a, killed, stopped] = [instance('a'), instance('killed'), instance('stopped')];
    await Promise.all([a.announce(), killed.announce(), stopped.announce()]);
    await stopped.stop();
    const ids = async () => (await a.instances()).map(({ id }) => id);
    expect(await ids()).toEqual(['a', 'killed']);

    nowMs += 5_000;
    expect(await ids()).toEqual(['a']);
  });

  test('cannot be had while the registry is away, which stops no instance', async () => {
    const away = () => Promise.reject(new CarillonError('unavailable', 'Away.'));
    const good = registry;
    registry = { announce: away, withdraw: away, list: away };
    const a = instance('a');

    await expect(a.announce()).resolves.toBeUndefined();
    await expect(a.instances()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(a.stop()).resolves.toBeUndefined();
    expect(await good.list(nowMs)).toEqual([]);
  });
});
