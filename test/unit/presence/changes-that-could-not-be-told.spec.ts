import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PresenceService } from '../../../src/presence/presence.service.js';
import { lobby, PresenceCluster, sessionOf } from './presence-cluster.js';

describe('changes that could not be told', () => {
  let cluster: PresenceCluster;
  let a: PresenceService;

  beforeEach(async () => {
    cluster = new PresenceCluster();
    a = await cluster.instance('a');
    cluster.isBusAway = true;
  });

  test('are told when the bus is back', async () => {
    await a.enter(sessionOf('ann'));
    await cluster.pass(2);
    expect(cluster.told).toEqual([]);
    cluster.isBusAway = false;
    await cluster.pass(2);

    expect(cluster.told).toEqual(['join ann']);
  });

  test('are not told when they are no longer true', async () => {
    const ann = sessionOf('ann');
    await a.enter(ann);
    await a.leave(ann.sessionId, lobby, { clean: true });
    await a.enter(ann);
    cluster.isBusAway = false;
    await cluster.pass(2);

    expect(cluster.told).not.toContain('leave ann');
    expect(cluster.told).toContain('join ann');
  });

  test('are given up after a while', async () => {
    await a.enter(sessionOf('ann'));
    await cluster.pass(30);
    cluster.isBusAway = false;
    await cluster.pass(10);

    expect(cluster.told).toEqual([]);
  });
});
