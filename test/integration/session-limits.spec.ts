import { beforeAll, expect, test } from '@jest/globals';
import { connect, type TestClient } from '../support/client.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { eventually } from '../support/eventually.js';
import { policyFile } from '../support/policy-file.js';
import { tokenFor } from '../support/token.js';

let server: CarillonProcess;

beforeAll(async () => {
  const policy = { namespaces: { slow: { rate: { perSecond: 5, burst: 10 } } } };
  server = await startCarillon({ env: { CARILLON_CONFIG: await policyFile(policy) } });
});

async function session(sub: string): Promise<TestClient> {
  return connect(server.url, { token: await tokenFor(server.secret, { sub }) });
}

test('a connection follows 200 channels and no more', async () => {
  const ann = await session('ann');
  const names = Array.from({ length: 200 }, (_, index) => `chat:n${index}`);
  await Promise.all(names.map((channel) => ann.ask('subscribe', { channel })));
  expect(await ann.request('subscribe', { channel: 'chat:one-more' })).toMatchObject({
    ok: false,
    error: { code: 'too_many_channels', retryable: false },
  });
  // One that it has may be started anew; one that it leaves makes room.
  await ann.ask('subscribe', { channel: 'chat:n0' });
  await ann.ask('unsubscribe', { channel: 'chat:n1' });
  await ann.ask('subscribe', { channel: 'chat:one-more' });
});

test('201 channels asked for at once are 200', async () => {
  const bob = await session('bob');
  const answers = await Promise.all(
    Array.from({ length: 230 }, (_, index) =>
      bob.request('subscribe', { channel: `chat:n${index}` }),
    ),
  );
  expect(answers.filter(({ ok }) => ok).length).toBe(200);
});

test('who publishes too fast is told how long to wait, and then may', async () => {
  const cara = await session('cara');
  const publish = (id: string) =>
    cara.request('publish', { channel: 'slow:lane', id, data: 1 }, 5_000);
  const answers = await Promise.all(Array.from({ length: 15 }, (_, index) => publish(`m${index}`)));
  const refused = answers.filter((answer) => !answer.ok);
  expect(refused.length).toBeGreaterThanOrEqual(4);
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(10);
  for (const answer of refused) {
    expect(answer).toMatchObject({ error: { code: 'rate_limited', retryable: true } });
    const waitMs = answer.ok ? 0 : (answer.error.retryAfterMs ?? 0);
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(1000);
  }
  await eventually('it may publish again', async () => (await publish('later')).ok, {
    everyMs: 100,
  });
  // Another namespace has a rate of its own, and so has another session.
  await cara.ask('publish', { channel: 'chat:fast', id: 'x', data: 1 });
  const other = await session('cara');
  await other.ask('publish', { channel: 'slow:lane', id: 'other', data: 1 });
});
