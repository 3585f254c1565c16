import { beforeAll, expect, test } from '@jest/globals';
import { rest } from '../integration/rest-call.js';
import type { TestClient } from '../support/client.js';
import { eventually, within } from '../support/eventually.js';
import { describeWithRedis } from '../support/requires.js';
import { type Cluster, session, startCluster } from './cluster.js';

const DRAIN_TIMEOUT_MS = 4000;
const channel = 'chat:stop';

describeWithRedis('when an instance ends', () => {
  let cluster: Cluster;
  let atB: TestClient;

  beforeAll(async () => {
    cluster = await startCluster({ DRAIN_TIMEOUT_MS: String(DRAIN_TIMEOUT_MS) });
    atB = await session(cluster.b, 'bob');
    await atB.ask('subscribe', { channel });
  });

  test('on SIGTERM its clients are told and moved, it exits 0 in time, the others go on', async () => {
    const { a } = cluster;
    // More than one batch of the spreading.
    const moved = await Promise.all(
      Array.from({ length: 40 }, (_, number) => session(a, `user-${number}`)),
    );
    await Promise.all(moved.map((client) => client.ask('subscribe', { channel })));
    const underWay = moved.map((client, number) =>
      client.request('publish', { channel, id: `last-${number}`, data: number }),
    );

    const startedAt = performance.now();
    a.kill('SIGTERM');
    const exit = await within('the instance ends', DRAIN_TIMEOUT_MS + 1000, a.exited);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(DRAIN_TIMEOUT_MS + 100);

    for (const client of moved) {
      await client.until(() => client.disconnects.length > 0, 'the end of the connection');
      expect(client.all('closing')).toMatchObject([{ code: 'draining', reconnect: true }]);
      // What official clients reconnect after by themselves.
      expect(client.disconnects[0]).toBe('transport close');
    }
    const stored = await Promise.all(underWay);
    expect(stored.filter(({ ok }) => ok).length).toBe(moved.length);
    await atB.until(() => atB.received.length === moved.length, 'what was under way');
    expect(atB.disconnects).toEqual([]);
    expect(atB.all('closing')).toEqual([]);

    await eventually('it is not listed any more', async () => {
      const { json } = await rest(cluster.b, 'GET', '/v1/instances');
      const items = json['items'] as { id: string }[];
      return items.every(({ id }) => id !== 'a');
    });
    for (const client of moved) client.close();
  });

  test('by a crash, the people it served leave within 10 s and the others go on', async () => {
    const atC = await session(cluster.c, 'cara');
    await atC.ask('subscribe', { channel });
    await atB.until(() => isHeard('join'), 'cara joins');
    cluster.c.kill('SIGKILL');
    const killedAt = performance.now();
    await cluster.c.exited;
    await atB.until(() => isHeard('leave'), 'cara leaves', 12_000);
    expect(performance.now() - killedAt).toBeLessThan(10_500);
    await atB.ask('publish', { channel, id: 'still-here', data: 1 });
    await atB.until(() => atB.received.at(-1)?.id === 'still-here', 'its own message');
    expect(atB.disconnects).toEqual([]);
    atC.close();

    function isHeard(kind: string): boolean {
      return atB
        .all('presence')
        .some(({ type, member }) => type === kind && member.user === 'cara');
    }
  });
});
