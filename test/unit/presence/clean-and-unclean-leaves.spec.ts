import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PresenceService } from '../../../src/presence/presence.service.js';
import { lobby, PresenceCluster, sessionOf } from './presence-cluster.js';

describe('leaving a channel', () => {
  let cluster: PresenceCluster;
  let a: PresenceService;
  let b: PresenceService;

  beforeEach(async () => {
    cluster = new PresenceCluster();
    a = await cluster.instance('a');
    b = await cluster.instance('b');
  });

  test('counts at once when the client said so', async () => {
    const ann = sessionOf('ann');
    await a.enter(ann);
    await a.leave(ann.sessionId, lobby, { clean: true });

    expect(cluster.told).toEqual(['join ann', 'leave ann']);
    expect(await b.members(lobby)).toEqual({ members: [], total: 0 });
  });

  test('counts after 5 s when the connection was lost', async () => {
    const ann = sessionOf('ann');
    await a.enter(ann);
    await a.leaveAll(ann.sessionId, { clean: false });
    await cluster.pass(4);
    expect(cluster.told).toEqual(['join ann']);
    expect((await b.members(lobby)).total).toBe(1);

    await cluster.pass(1);
    expect(cluster.told).toEqual(['join ann', 'leave ann']);
  });

  test('tells nothing when the client is back in time on another instance', async () => {
    const [before, after] = [sessionOf('ann'), sessionOf('ann')];
    await a.enter(before);
    await a.leaveAll(before.sessionId, { clean: false });
    await cluster.pass(4);
    await b.enter(after);
    await cluster.pass(60);

    expect(cluster.told).toEqual(['join ann']);
    expect((await a.members(lobby)).members).toMatchObject([{ user: 'ann', clients: 1 }]);
  });

  test('tells nothing when the new connection came before the old one was lost', async () => {
    const [before, after] = [sessionOf('ann'), sessionOf('ann')];
    await a.enter(before);
    await b.enter(after);
    await a.leaveAll(before.sessionId, { clean: false });
    await cluster.pass(60);

    expect(cluster.told).toEqual(['join ann']);
  });

  test('tells nothing while another client of the user stays', async () => {
    const [phone, laptop] = [sessionOf('ann', 'phone'), sessionOf('ann', 'laptop')];
    await a.enter(phone);
    await b.enter(laptop);
    await a.leave(phone.sessionId, lobby, { clean: true });
    expect(cluster.told).toEqual(['join ann']);

    await b.leave(laptop.sessionId, lobby, { clean: true });
    expect(cluster.told).toEqual(['join ann', 'leave ann']);
  });

  test('follows the last wish when wishes come faster than the store answers', async () => {
    const ann = sessionOf('ann');
    const wishes = [a.enter(ann), a.leave(ann.sessionId, lobby, { clean: true }), a.enter(ann)];
    await Promise.all(wishes);
    expect((await a.members(lobby)).total).toBe(1);

    await Promise.all([a.leave(ann.sessionId, lobby, { clean: true }), a.enter(ann)]);
    await a.leave(ann.sessionId, lobby, { clean: true });
    expect((await a.members(lobby)).total).toBe(0);
    expect(cluster.told.at(-1)).toBe('leave ann');
  });

  test('leaves the other channels of the session alone', async () => {
    const ann = sessionOf('ann');
    const attic = { ...ann, channel: 'room:attic' as typeof lobby };
    await a.enter(ann);
    await a.enter(attic);
    await a.leave(ann.sessionId, lobby, { clean: true });

    expect((await a.members(attic.channel)).total).toBe(1);
    await a.leaveAll(ann.sessionId, { clean: true });
    expect((await a.members(attic.channel)).total).toBe(0);
  });
});
