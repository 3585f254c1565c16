import { beforeAll, expect, test } from '@jest/globals';
import { rest } from '../integration/rest-call.js';
import type { TestClient } from '../support/client.js';
import { describeWithRedis } from '../support/requires.js';
import { type Cluster, session, startCluster } from './cluster.js';

describeWithRedis('a subscriber that comes back at another instance', () => {
  let cluster: Cluster;
  let publisher: TestClient;

  beforeAll(async () => {
    cluster = await startCluster();
    publisher = await session(cluster.b, 'publisher');
  });

  test('gets exactly what it missed, oldest first', async () => {
    const channel = 'chat:resume';
    const before = await session(cluster.a, 'ann');
    await before.ask('subscribe', { channel });
    await publish(channel, ['seen-1', 'seen-2']);
    await before.until(() => before.received.length === 2, 'two messages');
    const since = before.received[1]?.position;
    before.close();

    await publish(channel, ['missed-1', 'missed-2', 'missed-3']);
    const after = await session(cluster.c, 'ann');
    const reply = await after.ask('subscribe', { channel, since });
    expect(reply).toMatchObject({ recovered: true, behind: 0, channel });
    expect(reply.messages.map(({ id }) => id)).toEqual(['missed-1', 'missed-2', 'missed-3']);
    expect(reply.messages.map(({ offset }) => offset)).toEqual([3, 4, 5]);
    expect(reply.position).toBe(reply.messages.at(-1)?.position);
    expect(reply).not.toHaveProperty('gap');

    await publish(channel, ['new']);
    await after.until(() => after.received.length === 1, 'the next one');
    expect(after.received).toMatchObject([{ id: 'new', offset: 6 }]);
    expect(after.received[0]).not.toHaveProperty('replayed');
  });

  test('at the top misses nothing and is told nothing', async () => {
    const channel = 'chat:top';
    await publish(channel, ['one']);
    const ann = await session(cluster.a, 'ann');
    const first = await ann.ask('subscribe', { channel, rewind: 1 });
    const elsewhere = await session(cluster.c, 'ann');
    const reply = await elsewhere.ask('subscribe', { channel, since: first.position });
    expect(reply).toMatchObject({ recovered: true, messages: [], behind: 0 });
    expect(reply.position).toBe(first.position);
  });

  test('to a channel that was empty gets all that it holds now', async () => {
    const channel = 'chat:was-empty';
    const ann = await session(cluster.a, 'ann');
    const { position } = await ann.ask('subscribe', { channel });
    ann.close();
    await publish(channel, ['first', 'second']);
    const back = await session(cluster.c, 'ann');
    const reply = await back.ask('subscribe', { channel, since: position });
    expect(reply).toMatchObject({ recovered: true });
    expect(reply.messages.map(({ id }) => id)).toEqual(['first', 'second']);
  });

  test('after more than a page gets the rest as replayed, before anything newer', async () => {
    const channel = 'chat:pages';
    const before = await session(cluster.a, 'ann');
    const { position: since } = await before.ask('subscribe', { channel });
    before.close();
    const items = Array.from({ length: 800 }, (_, index) => ({
      channel,
      id: `m${index + 1}`,
      data: { text: 'x'.repeat(index % 50) },
    }));
    expect(await rest(cluster.b, 'POST', '/v1/messages', { body: { items } })).toMatchObject({
      status: 207,
    });

    const ann = await session(cluster.c, 'ann');
    const subscribing = ann.ask('subscribe', { channel, since });
    // New ones while the old ones are still on their way.
    const publishing = publish(
      channel,
      Array.from({ length: 20 }, (_, index) => `new-${index + 1}`),
    );
    const reply = await subscribing;
    await publishing;
    expect(reply.recovered).toBe(true);
    expect(reply.messages.length).toBeGreaterThan(0);
    expect(reply.messages.length).toBeLessThan(256);
    const due = 820 - reply.messages.length;
    await ann.until(() => ann.received.length >= due, 'all that follow', 20_000);

    const all = [...reply.messages, ...ann.received];
    expect(all.map(({ offset }) => offset)).toEqual(Array.from({ length: 820 }, (_, i) => i + 1));
    expect(all.slice(0, 800).map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    const replayed = ann.received.filter((message) => message.replayed);
    expect(replayed.length).toBe(reply.behind);
    expect(ann.received.slice(0, replayed.length)).toEqual(replayed);
    expect(replayed.length).toBeGreaterThanOrEqual(800 - reply.messages.length);
  });

  test('with a rewind and no position gets the last messages', async () => {
    const channel = 'chat:rewind';
    await publish(channel, ['m1', 'm2', 'm3', 'm4', 'm5']);
    const ann = await session(cluster.c, 'ann');
    const reply = await ann.ask('subscribe', { channel, rewind: 3 });
    expect(reply).toMatchObject({ recovered: true, behind: 0 });
    expect(reply.messages.map(({ id }) => id)).toEqual(['m3', 'm4', 'm5']);
    const all = await ann.ask('subscribe', { channel, rewind: 1000 });
    expect(all.messages.length).toBe(5);
    const since = reply.messages[1]?.position;
    const both = await ann.ask('subscribe', { channel, since, rewind: 5 });
    expect(both.messages.map(({ id }) => id)).toEqual(['m5']);
  });

  test('finds its broadcasts of `$` channels too', async () => {
    const before = await session(cluster.a, { sub: 'eve', tags: ['night'] });
    const since = Object.fromEntries(
      before.session.channels.map(({ channel, position }) => [channel, position]),
    );
    before.close();
    for (const [id, audience] of Object.entries({
      'to-eve': { users: ['eve'] },
      'to-night': { tags: ['night'] },
      'to-all': { everyone: true },
    })) {
      await rest(cluster.b, 'POST', '/v1/broadcasts', { body: { id, audience, data: 1 } });
    }
    const after = await session(cluster.c, { sub: 'eve', tags: ['night'] }, { since });
    await after.until(() => after.received.length === 3, 'three broadcasts');
    expect(after.session.channels.every(({ recovered }) => recovered)).toBe(true);
    expect(after.received.map(({ id }) => id).toSorted()).toEqual(['to-all', 'to-eve', 'to-night']);
    expect(after.pushes[0]?.name).toBe('session');
  });

  async function publish(channel: string, ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => publisher.ask('publish', { channel, id, data: id })));
  }
});
