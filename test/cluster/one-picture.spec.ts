import { beforeAll, expect, test } from '@jest/globals';
import { rest } from '../integration/rest-call.js';
import { eventually } from '../support/eventually.js';
import { describeWithRedis } from '../support/requires.js';
import { type Cluster, session, startCluster } from './cluster.js';

describeWithRedis('every instance tells the same of the cluster', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster();
  });

  test('all three are listed, each with its sessions', async () => {
    await session(cluster.a, 'ann');
    await session(cluster.b, 'bob');
    await session(cluster.b, 'cara');
    for (const server of cluster.all) {
      await eventually('the list is complete', async () => {
        const { json } = await rest(server, 'GET', '/v1/instances');
        const items = json['items'] as { id: string; sessions: number; state: string }[];
        const told = items.map(({ id, sessions, state }) => `${id} ${sessions} ${state}`);
        expect(told.toSorted()).toEqual(['a 1 ready', 'b 2 ready', 'c 0 ready']);
        return true;
      });
    }
  });

  test('who comes and goes in a channel is known everywhere', async () => {
    const channel = 'chat:people';
    const ann = await session(cluster.a, { sub: 'ann', name: 'Ann' });
    await ann.ask('subscribe', { channel });
    const bob = await session(cluster.b, { sub: 'bob', name: 'Bob' }, { client: 'phone' });
    await bob.ask('subscribe', { channel });
    await ann.until(() => movements().includes('join bob'), 'bob joins');

    const tablet = await session(cluster.c, { sub: 'bob', name: 'Bob' }, { client: 'tablet' });
    await tablet.ask('subscribe', { channel });
    const cara = await session(cluster.c, 'cara');
    await eventually('both of them, with all their clients', async () => {
      const { members, total } = await cara.ask('presence', { channel });
      expect(total).toBe(2);
      expect(members.toSorted((one, other) => (one.user < other.user ? -1 : 1))).toMatchObject([
        { user: 'ann', name: 'Ann', clients: 1 },
        { user: 'bob', name: 'Bob', clients: 2 },
      ]);
      return true;
    });

    await bob.ask('presence.update', { channel, state: { typing: true } });
    await ann.until(() => movements().includes('update bob'), 'what bob says of himself');
    bob.close();
    await eventually('one client of bob is left', async () => {
      const { members } = await cara.ask('presence', { channel });
      return members.some(({ user, clients }) => user === 'bob' && clients === 1);
    });
    await tablet.ask('unsubscribe', { channel });
    await ann.until(() => movements().includes('leave bob'), 'bob leaves');
    expect(movements().filter((it) => it.endsWith('bob'))).toEqual([
      'join bob',
      'update bob',
      'leave bob',
    ]);

    function movements(): string[] {
      return ann.all('presence').map(({ type, member }) => `${type} ${member.user}`);
    }
  });
});
