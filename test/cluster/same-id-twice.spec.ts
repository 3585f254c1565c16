import { beforeAll, expect, test } from '@jest/globals';
import { rest } from '../integration/rest-call.js';
import { describeWithRedis } from '../support/requires.js';
import { type Cluster, session, startCluster } from './cluster.js';

describeWithRedis('the same id published at two instances', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster();
  });

  test('at the same time is stored once, and both hear of the one', async () => {
    const [atA, atB, reader] = await Promise.all([
      session(cluster.a, 'ann'),
      session(cluster.b, 'ann'),
      session(cluster.c, 'reader'),
    ]);
    const channel = 'chat:race';
    await reader.ask('subscribe', { channel });
    for (let round = 1; round <= 20; round += 1) {
      const request = { channel, id: `m${round}`, data: { round } };
      const replies = await Promise.all([
        atA.ask('publish', request),
        atB.ask('publish', request),
        atA.ask('publish', request),
      ]);
      expect(replies.map(({ offset }) => offset)).toEqual([round, round, round]);
      expect(replies.filter(({ duplicate }) => !duplicate).length).toBe(1);
      expect(new Set(replies.map(({ at }) => at)).size).toBe(1);
    }
    await reader.until(() => reader.received.at(-1)?.id === 'm20', 'the last one');
    expect(reader.received.map(({ offset }) => offset)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  test('with other content is a conflict', async () => {
    const [atA, atB] = await Promise.all([session(cluster.a, 'ann'), session(cluster.b, 'ann')]);
    const request = { channel: 'chat:conflict', id: 'same', data: 1 };
    await atA.ask('publish', request);
    for (const change of [{ data: 2 }, { headers: { a: 'b' } }, { priority: 'low' }]) {
      expect(await atB.request('publish', { ...request, ...change })).toMatchObject({
        ok: false,
        error: { code: 'id_conflict', retryable: false },
      });
    }
  });

  test('by two publishers is two messages', async () => {
    const [ann, bob] = await Promise.all([session(cluster.a, 'ann'), session(cluster.b, 'bob')]);
    const request = { channel: 'chat:two', id: 'same', data: 1 };
    expect(await ann.ask('publish', request)).toMatchObject({ offset: 1, duplicate: false });
    expect(await bob.ask('publish', request)).toMatchObject({ offset: 2, duplicate: false });
    const body = { id: 'same', data: 1 };
    const path = '/v1/channels/chat:two/messages';
    expect(await rest(cluster.b, 'POST', path, { body })).toMatchObject({ status: 201 });
    expect(await rest(cluster.c, 'POST', path, { body })).toMatchObject({
      status: 200,
      json: { offset: 3, duplicate: true },
    });
  });
});
