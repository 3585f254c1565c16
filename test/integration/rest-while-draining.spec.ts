import { expect, test } from '@jest/globals';
import { startCarillon } from '../support/carillon-process.js';
import { connect } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { tokenFor } from '../support/token.js';
import { rest } from './rest-call.js';

test('an instance that moves its clients takes no new publish by REST, and says why', async () => {
  const server = await startCarillon({ env: { DRAIN_TIMEOUT_MS: '8000' } });
  // So many that moving them takes a while.
  await Promise.all(
    Array.from({ length: 30 }, async (_, index) =>
      connect(server.url, {
        token: await tokenFor(server.secret, { sub: `user-${index}` }),
        socketOptions: { reconnection: false },
      }),
    ),
  );
  const publish = () =>
    rest(server, 'POST', '/v1/channels/chat:lobby/messages', { body: { data: 1 } });
  expect((await publish()).status).toBe(201);

  server.kill('SIGTERM');
  const refused = await eventually('a publish is refused', async () => {
    const answer = await publish();
    return answer.status === 201 ? null : answer;
  });
  expect(refused.status).toBe(503);
  expect(refused.json).toMatchObject({ code: 'draining', retryable: true });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await server.exited).code).toBe(0);
});
