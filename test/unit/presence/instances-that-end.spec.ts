import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PresenceService } from '../../../src/presence/presence.service.js';
import { lobby, PresenceCluster, sessionOf } from './presence-cluster.js';

describe('sessions of an instance that ends', () => {
  let cluster: PresenceCluster;
  let a: PresenceService;
  let b: PresenceService;

  beforeEach(async () => {
    cluster = new PresenceCluster();
    a = await cluster.instance('a');
    b = await cluster.instance('b');
    await cluster.instance('c');
  });

  test('leave within 10 s of a kill, each user once', async () => {
    for (const user of ['ann', 'bob']) await a.enter(sessionOf(user));
    await cluster.pass(7);
    cluster.kill('a');
    await cluster.pass(4);
    expect(cluster.told).toEqual(['join ann', 'join bob']);

    await cluster.pass(5);
    expect(cluster.told.slice(2).sort()).toEqual(['leave ann', 'leave bob']);
    await cluster.pass(30);
    expect(cluster.told).toHaveLength(4);
  });

  test('do not leave when their clients came back elsewhere', async () => {
    await a.enter(sessionOf('ann'));
    cluster.kill('a');
    await cluster.pass(4);
    await b.enter(sessionOf('ann'));
    await cluster.pass(60);

    expect(cluster.told).toEqual(['join ann']);
    expect((await b.members(lobby)).members).toMatchObject([{ user: 'ann', clients: 1 }]);
  });

  test('have 5 s to come back after a stop, also those that were lost just before it', async () => {
    const [ann, bob] = [sessionOf('ann'), sessionOf('bob')];
    await a.enter(ann);
    await a.enter(bob);
    await cluster.pass(10);
    await a.leaveAll(ann.sessionId, { clean: false });
    await a.onApplicationShutdown();
    cluster.kill('a');
    await cluster.pass(4);
    await b.enter(sessionOf('bob'));
    expect(cluster.told).toEqual(['join ann', 'join bob']);

    await cluster.pass(2);
    expect(cluster.told).toEqual(['join ann', 'join bob', 'leave ann']);
    await cluster.pass(60);
    expect(cluster.told).toHaveLength(3);
  });

  test('enter again when the instance had only stalled', async () => {
    await a.enter(sessionOf('ann'));
    cluster.kill('a');
    await cluster.pass(10);
    expect(cluster.told).toEqual(['join ann', 'leave ann']);

    await a.tick();
    expect(cluster.told).toEqual(['join ann', 'leave ann', 'join ann']);
    expect((await b.members(lobby)).members).toMatchObject([{ user: 'ann', clients: 1 }]);
  });
});
