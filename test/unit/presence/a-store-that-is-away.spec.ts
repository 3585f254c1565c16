import { beforeEach, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { MemoryPresenceStore } from '../../../src/presence/memory/memory-presence-store.js';
import type { PresenceService } from '../../../src/presence/presence.service.js';
import { lobby, PresenceCluster, sessionOf } from './presence-cluster.js';

describe('a presence store that is away', () => {
  let cluster: PresenceCluster;
  let a: PresenceService;
  let b: PresenceService;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    cluster = new PresenceCluster();
    a = await cluster.instance('a');
    b = await cluster.instance('b');
  });

  test('fails no enter, and the session is in when the store is back', async () => {
    cluster.isStoreAway = true;
    await a.enter(sessionOf('ann'));
    await cluster.pass(60);
    cluster.isStoreAway = false;
    await cluster.pass(1);

    expect(cluster.told).toEqual(['join ann']);
    expect((await b.members(lobby)).total).toBe(1);
  });

  test('fails questions and states as unavailable', async () => {
    const ann = sessionOf('ann');
    cluster.isStoreAway = true;
    await a.enter(ann);

    await expect(a.members(lobby)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(a.update(ann, 'here')).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('makes nobody leave who stays, however long it takes', async () => {
    await a.enter(sessionOf('ann'));
    await b.enter(sessionOf('bob'));
    await cluster.pass(10);
    cluster.isStoreAway = true;
    await cluster.pass(120);
    cluster.isStoreAway = false;
    await cluster.pass(60);

    expect(cluster.told).toEqual(['join ann', 'join bob']);
    expect((await b.members(lobby)).members).toMatchObject([{ clients: 1 }, { clients: 1 }]);
  });

  test('learns of those who left meanwhile', async () => {
    const [clean, lost, never] = [sessionOf('clean'), sessionOf('lost'), sessionOf('never')];
    await a.enter(clean);
    await a.enter(lost);
    cluster.isStoreAway = true;
    await a.enter(never);
    await a.leave(clean.sessionId, lobby, { clean: true });
    await a.leaveAll(lost.sessionId, { clean: false });
    await cluster.pass(20);
    await a.leaveAll(never.sessionId, { clean: true });
    cluster.isStoreAway = false;
    await cluster.pass(20);

    expect(cluster.told.slice(2).sort()).toEqual(['leave clean', 'leave lost']);
    expect((await b.members(lobby)).total).toBe(0);
  });

  test('may come back empty: who stays is in again', async () => {
    let store = new MemoryPresenceStore();
    const flushable = new Proxy(store, {
      get: (_target, method) => {
        const call: unknown = Reflect.get(store, method, store);
        return typeof call === 'function' ? (call.bind(store) as unknown) : call;
      },
    });
    cluster = new PresenceCluster(flushable);
    a = await cluster.instance('a');
    b = await cluster.instance('b');
    await a.enter(sessionOf('ann'));
    store = new MemoryPresenceStore();
    expect((await b.members(lobby)).total).toBe(0);
    await cluster.pass(2);

    expect((await b.members(lobby)).members).toMatchObject([{ user: 'ann', clients: 1 }]);
    await cluster.pass(60);
    expect(cluster.told).not.toContain('leave ann');
  });
});
