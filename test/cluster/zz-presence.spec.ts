import { beforeAll, expect, test } from '@jest/globals';
import { mapBounded } from '../../src/kernel/map-bounded.js';
import { eventually } from '../support/eventually.js';
import { policyFile } from '../support/policy-file.js';
import { rawSession, type RawClient } from '../support/raw-client.js';
import { describeWithRedis } from '../support/requires.js';
import { tokenFor } from '../support/token.js';
import { type Cluster, session, startCluster } from './cluster.js';

const SUBSCRIBERS = 1000;
const MESSAGES = 20;

describeWithRedis('a message of one instance', () => {
  let cluster: Cluster;
  let subscribers: readonly RawClient[];

  beforeAll(async () => {
    // A thousand joins told to a thousand are another matter, and a million pushes.
    const policy = await policyFile({ namespaces: { news: { presence: true } } });
    cluster = await startCluster({ CARILLON_CONFIG: policy });
    const numbers = Array.from({ length: SUBSCRIBERS }, (_, number) => number);
    subscribers = await mapBounded(numbers, 40, async (number) => {
      const server = cluster.all[number % 3] ?? cluster.a;
      const client = await rawSession(
        server.url,
        await tokenFor(server.secret, { sub: `user-${number}` }),
      );
      client.send('421["subscribe",{"channel":"news:all"}]');
      expect(await client.packet('31[')).toContain('"ok":true');
      return client;
    });
  }, 60_000);

  test('reaches a thousand subscribers of all three, once each and in order', async () => {
    const publisher = await session(cluster.a, 'publisher');
    const sent = Array.from({ length: MESSAGES }, (_, index) => `m${index + 1}`);
    const replies = await Promise.all(
      sent.map((id) => publisher.ask('publish', { channel: 'news:all', id, data: { text: id } })),
    );
    expect(replies.map(({ offset }) => offset)).toEqual(sent.map((_, index) => index + 1));
    await eventually(
      'everybody has the last message',
      () => subscribers.every((client) => client.all('message').at(-1)?.['id'] === `m${MESSAGES}`),
      { deadlineMs: 20_000, everyMs: 100 },
    );

    // A marker after them: a second copy of anything would have come before it.
    await publisher.ask('publish', { channel: 'news:all', id: 'marker', data: 0 });
    await eventually(
      'everybody has the marker',
      () => subscribers.every((client) => client.all('message').at(-1)?.['id'] === 'marker'),
      { deadlineMs: 20_000, everyMs: 100 },
    );
    const deliveries = subscribers.map((client) => client.all('message').map(({ id }) => id));
    expect(deliveries.flat().length).toBe(SUBSCRIBERS * (MESSAGES + 1));
    for (const ids of deliveries) expect(ids).toEqual([...sent, 'marker']);
    expect(subscribers.filter(({ isOpen }) => isOpen).length).toBe(SUBSCRIBERS);
  }, 60_000);
});
