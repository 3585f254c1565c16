import { expect, test } from '@jest/globals';
import { register } from '../support/actors.js';
import { spawnCarillon, startCarillon, testSecret } from '../support/carillon-process.js';
import { within } from '../support/eventually.js';
import { policyFile } from '../support/policy-file.js';

async function refused(env: Record<string, string>): Promise<readonly string[]> {
  const child = spawnCarillon({ env });
  register({ name: child.name, end: () => child.stop(2_000) });
  const exit = await within('the start is refused', 15_000, child.exited);
  expect(exit).toEqual({ code: 78, signal: null });
  return child.lines.filter((line) => line !== '');
}

test('every bad value is told in a line of its own, none with a secret', async () => {
  const lines = await refused({
    PORT: 'eighty',
    REDIS_URL: 'http://user:hunter2@example.com',
    AUTH_JWT_SECRET: 'short-secret',
    ADMIN_API_KEYS: 'ops:nothex:*',
    LOG_LEVEL: 'loud',
    MAX_PACKET_BYTES: '-1',
  });
  const names = [
    'PORT',
    'REDIS_URL',
    'AUTH_JWT_SECRET',
    'ADMIN_API_KEYS',
    'LOG_LEVEL',
    'MAX_PACKET_BYTES',
  ];
  expect(lines.length).toBe(names.length);
  for (const name of names) expect(lines.filter((line) => line.includes(name)).length).toBe(1);
  for (const secret of ['hunter2', 'short-secret', 'nothex']) {
    expect(lines.join('\n')).not.toContain(secret);
  }
});

test('production refuses what is not safe', async () => {
  const lines = await refused({ NODE_ENV: 'production', AUTH_JWT_SECRET: '', ADMIN_API_KEYS: '' });
  expect(lines.length).toBe(3);
  expect(lines.join('\n')).toMatch(/BROKER[^]*AUTH_JWT_SECRET[^]*ADMIN_API_KEYS/);
});

test('production starts with what is safe, and has no demo', async () => {
  const server = await startCarillon({
    env: { NODE_ENV: 'production', BROKER: 'memory', AUTH_JWT_SECRET: testSecret },
  });
  expect((await fetch(`${server.url}/demo/session`, { method: 'POST' })).status).toBe(404);
  for (const line of server.logs()) expect(() => JSON.parse(line) as unknown).not.toThrow();
});

test('a policy file that is wrong stops the start, and says where', async () => {
  const long = { maxMessageBytes: 4_194_304 };
  const wrong = await policyFile({ namespaces: { chat: { publish: 'everybody', sizes: 5 } } });
  const lines = await refused({ CARILLON_CONFIG: wrong });
  expect(lines.length).toBeGreaterThanOrEqual(1);
  expect(lines.join('\n')).toContain('chat');
  expect(lines.join('\n')).toContain('publish');
  const above = { priority: 'critical', maxPriority: 'high' };
  const torn = await policyFile({ namespaces: { chat: above, news: long } });
  const problems = await refused({ CARILLON_CONFIG: torn, MAX_PACKET_BYTES: '1048576' });
  expect(problems.length).toBe(2);
  expect(problems.join('\n')).toMatch(/chat\.maxPriority[^]*news\.maxMessageBytes/);
  expect((await refused({ CARILLON_CONFIG: '/nowhere/policy.json' })).join('\n')).toContain(
    'CARILLON_CONFIG',
  );
});
