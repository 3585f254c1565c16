import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PresenceService } from '../../../src/presence/presence.service.js';
import { lobby, PresenceCluster, sessionOf } from './presence-cluster.js';

describe('the states of members', () => {
  let cluster: PresenceCluster;
  let a: PresenceService;
  let b: PresenceService;

  beforeEach(async () => {
    cluster = new PresenceCluster();
    a = await cluster.instance('a');
    b = await cluster.instance('b');
  });

  test('are told, and seen on every instance', async () => {
    const ann = sessionOf('ann');
    await a.enter(ann);
    await a.update(ann, { typing: true });

    expect(cluster.told).toEqual(['join ann', 'update ann']);
    expect((await b.members(lobby)).members).toMatchObject([{ state: { typing: true } }]);
  });

  test('can be set while the session is still entering', async () => {
    const ann = sessionOf('ann');
    void a.enter(ann);
    await a.update(ann, 'here');

    expect((await a.members(lobby)).members).toMatchObject([{ state: 'here' }]);
  });

  test('cannot be set from outside the channel', async () => {
    await expect(a.update(sessionOf('ann'), 'here')).rejects.toMatchObject({ code: 'not_found' });
    expect(cluster.told).toEqual([]);
  });

  test('are listed in the order in which the users came', async () => {
    await a.enter(sessionOf('zoe'));
    await cluster.pass(1);
    await b.enter(sessionOf('ann'));

    const { members } = await a.members(lobby);
    expect(members.map(({ user }) => user)).toEqual(['zoe', 'ann']);
    expect(members.every(({ joinedAt }) => Number.isInteger(joinedAt))).toBe(true);
  });
});
