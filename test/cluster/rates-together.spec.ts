import { beforeAll, expect, test } from '@jest/globals';
import { policyFile } from '../support/policy-file.js';
import { describeWithRedis } from '../support/requires.js';
import { tokenFor } from '../support/token.js';
import { type Cluster, session, startCluster } from './cluster.js';

const rate = { perSecond: 1_000, burst: 1_000 };
/** Comes back so slowly that no test sees it. */
const still = { perSecond: 0.01, burst: 40 };

describeWithRedis('rates of a cluster', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    const policy = {
      namespaces: {
        mine: { rate, userRate: still },
        ours: { rate, totalRate: still },
        rest: { rate, userRate: still, totalRate: { perSecond: 0.01, burst: 60 } },
      },
    };
    cluster = await startCluster({ CARILLON_CONFIG: await policyFile(policy) });
  });

  test('a user may publish its burst over all instances, and not once for each', async () => {
    const sessions = await Promise.all(cluster.all.map((server) => session(server, 'ann')));
    const answers = await Promise.all(
      sessions.flatMap((client, at) =>
        Array.from({ length: 40 }, (_, index) =>
          client.request('publish', { channel: 'mine:a', id: `${at}-${index}`, data: 1 }),
        ),
      ),
    );
    const refused = answers.flatMap((answer) => (answer.ok ? [] : [answer.error]));
    // An instance may hold some that it does not need: never more than a quarter.
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(30);
    expect(answers.length - refused.length).toBeLessThanOrEqual(40);
    for (const error of refused) {
      expect(error).toMatchObject({
        code: 'rate_limited',
        retryable: true,
        details: { scope: 'user' },
      });
      expect(error.retryAfterMs).toBeGreaterThan(0);
    }
    // Another user has a rate of its own.
    const bob = await session(cluster.a, 'bob');
    await bob.ask('publish', { channel: 'mine:a', id: 'of-bob', data: 1 });
  });

  test('a namespace takes its burst from all users together', async () => {
    const answers = await Promise.all(
      cluster.all.map(async (server, at) => {
        const client = await session(server, `user-${at}`);
        return Promise.all(
          Array.from({ length: 40 }, (_, index) =>
            client.request('publish', { channel: 'ours:a', id: `${at}-${index}`, data: 1 }),
          ),
        );
      }),
    );
    const allowed = answers.flat().filter(({ ok }) => ok).length;
    expect(allowed).toBeGreaterThanOrEqual(30);
    expect(allowed).toBeLessThanOrEqual(40);
  });

  test('publishes by REST count too: of a key for the namespace, of a token for its user', async () => {
    const token = await tokenFor(cluster.a.secret, { sub: 'svc', scopes: ['messages.write'] });
    const publish = (bearer: string, id: string) =>
      fetch(`${cluster.a.url}/v1/channels/rest:a/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body: JSON.stringify({ id, data: 1 }),
      });
    const statuses: number[] = [];
    let last = await publish(token, 'first');
    expect(last.status).toBe(201);
    expect(last.headers.get('ratelimit-limit')).toBe('40');
    expect(Number(last.headers.get('ratelimit-remaining'))).toBe(39);
    for (let index = 0; index < 50; index += 1) {
      last = await publish(token, `t${index}`);
      statuses.push(last.status);
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(39);
    expect(last.status).toBe(429);
    expect(last.headers.get('content-type')).toContain('application/problem+json');
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(last.headers.get('ratelimit-remaining')).toBe('0');
    expect(await last.json()).toMatchObject({ code: 'rate_limited', details: { scope: 'user' } });
    // The key is no user: it has what the namespace has left.
    const byKey = await publish(cluster.a.adminKey, 'by-key');
    expect(byKey.status).toBe(201);
    expect(byKey.headers.get('ratelimit-limit')).toBe('60');
  });
});
