import { expect, test } from '@jest/globals';
import { DemoAllowance } from '../../../src/admin/demo-allowance.js';
import { startRestApp } from './rest-app.js';

const clock = { now: () => 1_000_500, monotonic: () => 0 };

test('a guest gets a token, a name and the end of both', async () => {
  const rest = await startRestApp({ config: { demo: true }, clock });
  const { status, json } = await rest.call('POST', '/demo/session', {
    key: null,
    body: { name: 'Ann' },
  });
  expect(status).toBe(201);
  expect(json).toEqual({
    user: expect.stringMatching(/^guest-[0-9a-f]{12}$/),
    token: `token-of-${String(json['user'])}`,
    name: 'Ann',
    expiresAt: 86_400_000,
  });
});

test('a guest without a name is given one, and no two are the same user', async () => {
  const rest = await startRestApp({ config: { demo: true }, clock });
  const guests = await Promise.all(
    Array.from({ length: 5 }, () => rest.call('POST', '/demo/session', { key: null })),
  );
  expect(guests.map(({ json }) => json['name'])).toEqual(
    Array.from({ length: 5 }, () => expect.stringMatching(/^Guest /)),
  );
  expect(new Set(guests.map(({ json }) => json['user'])).size).toBe(5);
});

test.each([{ name: '' }, { name: 'x'.repeat(65) }, { name: 'a\nb' }, { user: 'admin' }])(
  'a guest may not be %j',
  async (body) => {
    const rest = await startRestApp({ config: { demo: true }, clock });
    expect(await rest.call('POST', '/demo/session', { key: null, body })).toMatchObject({
      status: 400,
    });
  },
);

test('without the demo there is nothing here', async () => {
  const rest = await startRestApp({ clock });
  const answer = await rest.call('POST', '/demo/session', { key: null, body: {} });
  expect(answer.status).toBe(404);
  expect(answer.json).toMatchObject({ code: 'not_found' });
});

test('an address that makes too many is told when there is one more', async () => {
  const rest = await startRestApp({ config: { demo: true }, clock });
  const ask = () => rest.call('POST', '/demo/session', { key: null });
  const first = await ask();
  expect(first.headers.get('ratelimit-limit')).toBe('60');
  expect(first.headers.get('ratelimit-remaining')).toBe('59');
  for (let guest = 1; guest < 60; guest += 1) expect(await ask()).toMatchObject({ status: 201 });

  const refused = await ask();
  expect(refused.status).toBe(429);
  expect(refused.json).toMatchObject({ code: 'rate_limited', retryAfterMs: 1000 });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(refused.headers.get('ratelimit-remaining')).toBe('0');
});

test('only proxies that are trusted speak for an address', async () => {
  const forwarded = (address: string) => ({ key: null, headers: { 'x-forwarded-for': address } });
  const remaining = async (trustProxy: string[]) => {
    const rest = await startRestApp({ config: { demo: true, trustProxy }, clock });
    await rest.call('POST', '/demo/session', forwarded('192.0.2.1'));
    const second = await rest.call('POST', '/demo/session', forwarded('192.0.2.2'));
    return second.headers.get('ratelimit-remaining');
  };
  expect(await remaining([])).toBe('58');
  expect(await remaining(['loopback'])).toBe('59');
});

test('time gives back what was taken, and never more', () => {
  const allowance = new DemoAllowance();
  for (let guest = 0; guest < 60; guest += 1) allowance.take('a', 0);
  expect(allowance.take('a', 500)).toMatchObject({ granted: false, waitMs: 500 });
  expect(allowance.take('a', 1_000)).toMatchObject({ granted: true, remaining: 0 });
  expect(allowance.take('a', 10_000_000)).toMatchObject({ granted: true, remaining: 59 });
});

test('a flood of addresses forgets the oldest, not the one that is busy', () => {
  const allowance = new DemoAllowance();
  for (let address = 0; address < 25_000; address += 1) {
    allowance.take(`flood-${address}`, 0);
    if (address % 5_000 === 0) allowance.take('busy', 0);
  }
  expect(allowance.take('busy', 0)).toMatchObject({ remaining: 54 });
  expect(allowance.take('flood-0', 0)).toMatchObject({ remaining: 59 });
});
