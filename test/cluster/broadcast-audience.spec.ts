import { beforeAll, expect, test } from '@jest/globals';
import { rest } from '../integration/rest-call.js';
import type { TestClient } from '../support/client.js';
import { describeWithRedis } from '../support/requires.js';
import { type Cluster, session, startCluster } from './cluster.js';

describeWithRedis('a broadcast at one instance', () => {
  let cluster: Cluster;
  let people: Readonly<Record<string, TestClient>>;

  beforeAll(async () => {
    cluster = await startCluster();
    const { a, b, c } = cluster;
    people = {
      annAtA: await session(a, { sub: 'ann', tags: ['red', 'beta'] }),
      annAtC: await session(c, { sub: 'ann', tags: ['red', 'beta'] }),
      bobAtB: await session(b, { sub: 'bob', tags: ['blue'] }),
      caraAtC: await session(c, { sub: 'cara', tags: ['beta'] }),
      danAtA: await session(a, 'dan'),
    };
    for (const name of ['annAtC', 'bobAtB', 'danAtA']) {
      await people[name]?.ask('subscribe', { channel: 'news:sport' });
    }
  });

  // The marker goes the same way after it, so whoever has the marker but not the broadcast will
  // never get it.
  test.each([
    ['everyone', { everyone: true }, ['annAtA', 'annAtC', 'bobAtB', 'caraAtC', 'danAtA']],
    ['users', { users: ['ann', 'bob', 'nobody'] }, ['annAtA', 'annAtC', 'bobAtB']],
    ['tags', { tags: ['blue', 'red'] }, ['annAtA', 'annAtC', 'bobAtB']],
    ['channels', { channels: ['news:sport', 'news:void'] }, ['annAtC', 'bobAtB', 'danAtA']],
    [
      'everyone but some',
      { everyone: true, except: { users: ['ann', 'dan'] } },
      ['bobAtB', 'caraAtC'],
    ],
    ['tags but some', { tags: ['beta'], except: { users: ['ann'] } }, ['caraAtC']],
    [
      'channels but some',
      { channels: ['news:sport'], except: { users: ['bob'] } },
      ['annAtC', 'danAtA'],
    ],
  ])('for %s reaches exactly those, on every instance', async (kind, audience, expected) => {
    const id = kind.replaceAll(' ', '-');
    await send(id, audience);
    await sendMarkers(`after-${id}`);
    for (const client of Object.values(people)) {
      await client.until(() => idsOf(client).includes(`after-${id}-everyone`), 'a marker');
      await client.until(() => markersOf(client, id) === markersDue(client), 'all markers');
    }
    const reached = Object.keys(people).filter((name) =>
      idsOf(people[name]).some((it) => it === id),
    );
    expect(reached.toSorted()).toEqual(expected.toSorted());
    for (const client of Object.values(people)) {
      expect(idsOf(client).filter((it) => it === id).length).toBeLessThan(2);
    }
  });

  test('that a session matches twice comes once, the other copy as a skip', async () => {
    await send('twice', { tags: ['red', 'beta'] });
    await sendMarkers('after-twice');
    for (const name of ['annAtA', 'annAtC']) {
      const ann = people[name];
      if (!ann) throw new Error(`no ${name}`);
      await ann.until(() => markersOf(ann, 'twice') === markersDue(ann), 'all markers');
      expect(idsOf(ann).filter((id) => id === 'twice')).toEqual(['twice']);
      const skips = ann.all('skip').filter(({ reason }) => reason === 'duplicate');
      expect(skips.length).toBe(1);
      const [skip] = skips;
      const copy = ann.received.find(({ broadcast }) => broadcast?.id === 'twice');
      expect(new Set([skip?.channel, copy?.channel])).toEqual(new Set(['$tag:red', '$tag:beta']));
      expect(skip?.from).toBe(skip?.to);
    }
  });

  test('that somebody is left out of is not in their history', async () => {
    const read = async (name: string) =>
      (await people[name]?.ask('history', { channel: 'news:sport' }))?.messages.map(
        ({ broadcast }) => broadcast?.id,
      );
    expect(await read('danAtA')).toContain('channels-but-some');
    expect(await read('bobAtB')).not.toContain('channels-but-some');
    expect(await read('bobAtB')).toContain('channels');
  });

  async function send(id: string, audience: object): Promise<void> {
    const body = { id, audience, data: { text: id } };
    const answer = await rest(cluster.b, 'POST', '/v1/broadcasts', { body });
    expect(answer).toMatchObject({ status: 202, json: { id, duplicate: false } });
  }

  /** One into every channel that carries copies, so that what was sent before it there has come. */
  async function sendMarkers(id: string): Promise<void> {
    for (const tag of ['red', 'blue', 'beta']) await send(`${id}-${tag}`, { tags: [tag] });
    for (const user of ['ann', 'bob', 'cara', 'dan']) {
      await send(`${id}-${user}`, { users: [user] });
    }
    await send(`${id}-sport`, { channels: ['news:sport'] });
    await send(`${id}-everyone`, { everyone: true });
  }

  function markersOf(client: TestClient, id: string): number {
    return idsOf(client).filter((it) => it?.startsWith(`after-${id}-`)).length;
  }

  function markersDue(client: TestClient): number {
    const isInSport = client !== people['annAtA'] && client !== people['caraAtC'];
    return client.session.channels.length + (isInSport ? 1 : 0);
  }

  function idsOf(client: TestClient | undefined): (string | undefined)[] {
    return client?.received.map(({ broadcast }) => broadcast?.id) ?? [];
  }
});
