import { expect, test } from '@jest/globals';
import { startCarillon } from '../support/carillon-process.js';
import type { TestClient } from '../support/client.js';
import { within } from '../support/eventually.js';
import { startRedis } from '../support/redis-server.js';
import { policyFile } from '../support/policy-file.js';
import { describeWithRedis } from '../support/requires.js';
import { session } from './cluster.js';

const channel = 'busy:stop';
const CLIENTS = 40;
/** Of one client; in all far more than a moment in which none is under way would allow. */
const UNDER_WAY = 8;

describeWithRedis(
  'an instance that is told to stop while its clients publish without pause',
  () => {
    test('answers every one of them: it was stored, or the next instance is to be asked', async () => {
      const redis = await startRedis();
      const policy = { namespaces: { busy: { rate: { perSecond: 100_000, burst: 100_000 } } } };
      const server = await startCarillon({
        redisUrl: redis.url,
        env: { CARILLON_CONFIG: await policyFile(policy) },
      });
      const clients = await Promise.all(
        Array.from({ length: CLIENTS }, (_, number) => session(server, `user-${number}`)),
      );
      const ends: string[] = [];
      const answered = new Set<string>();
      const publish = async (client: TestClient, name: string): Promise<void> => {
        for (let n = 0; ; n += 1) {
          const id = `${name}-${n}`;
          const answer = await client
            .request('publish', { channel, id, data: n })
            .catch(() => null);
          if (answer?.ok) answered.add(id);
          else return void ends.push(answer === null ? 'unanswered' : answer.error.code);
          if (answered.size === CLIENTS * UNDER_WAY * 4) server.kill('SIGTERM');
        }
      };
      const all = clients.flatMap((client, number) =>
        Array.from({ length: UNDER_WAY }, (_, way) => publish(client, `${number}-${way}`)),
      );
      await within('everybody is refused', 20_000, Promise.all(all));
      expect(new Set(ends)).toEqual(new Set(['draining']));
      expect(await server.exited).toEqual({ code: 0, signal: null });
      for (const client of clients) client.close();
    }, 40_000);
  },
);
