import { beforeAll, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { register } from '../support/actors.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { within } from '../support/eventually.js';
import { policyFile } from '../support/policy-file.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { carillonCommand, verdictOf } from './carillon-command.js';

const quick = ['--json', '--subscribers', '6', '--channels', '2', '--rate', '50'];

/** Resolves when the command reports so many connections lost and messages still coming. */
const isUnderLoad = (line: string) =>
  / s of .*· {2}[1-9][\d,]* delivered/.test(line) ? true : null;

describeWithRedis('carillon verify against real instances', () => {
  let redis: RedisServer;
  let a: CarillonProcess;
  let b: CarillonProcess;
  let urls: string;

  beforeAll(async () => {
    redis = await startRedis();
    [a, b] = await Promise.all([start('a'), start('b')]);
    urls = `${a.url},${b.url}`;
  });

  function start(name: string, env: Readonly<Record<string, string>> = {}) {
    return startCarillon({ redisUrl: redis.url, env: { INSTANCE_ID: name, ...env } });
  }

  test('a load that Ctrl-C ends gets the verdict on what was seen', async () => {
    const child = carillonCommand(
      'verify',
      '--url',
      urls,
      '--secret',
      a.secret,
      ...quick,
      '--duration',
      '10m',
    );
    await child.line('is under load', 20_000, isUnderLoad);
    child.kill('SIGINT');
    const { code } = await within('it ends', 20_000, child.exited);
    const verdict = verdictOf(child);
    expect(verdict).toMatchObject({ verdict: 'held', wasStopped: true, instances: ['a', 'b'] });
    expect(verdict.deliveries.checked).toBe(verdict.publishes.acknowledged * 6);
    expect(code).toBe(0);
  });

  test('a publisher that is told to slow down breaks nothing, and it is said how often', async () => {
    const child = carillonCommand(
      ...['verify', '--url', urls, '--secret', a.secret, '--admin-key', a.adminKey, '--json'],
      ...['--publishers', '1', '--subscribers', '2', '--reconnect', '0', '--rate', '220'],
      ...['--duration', '3s', '--seed', '1795511756'],
    );
    const { code } = await within('it ends', 60_000, child.exited);
    const verdict = verdictOf(child);
    expect(verdict).toMatchObject({ verdict: 'held', violations: [] });
    expect(verdict.publishes.retriedRefusals).toBeGreaterThan(0);
    expect(code).toBe(0);
  }, 70_000);

  test('a secret that is not its own is said so, with what to do, and is no violation', async () => {
    const child = carillonCommand('verify', '--url', urls, '--secret', 'x'.repeat(32), ...quick);
    expect(await within('it ends', 20_000, child.exited)).toMatchObject({ code: 2 });
    expect(child.lines.join('\n')).toContain('unauthenticated');
    expect(child.lines.join('\n')).toContain('check --secret');
  });

  test('a key that opens nothing is said before anything runs', async () => {
    const child = carillonCommand(
      ...['verify', '--url', urls, '--secret', a.secret, '--admin-key', 'another', ...quick],
    );
    expect(await within('it ends', 20_000, child.exited)).toMatchObject({ code: 2 });
    expect(child.lines.join('\n')).toContain('give --admin-key');
  });

  test('a namespace that there is not in production is said with the way out', async () => {
    const config = await policyFile({ namespaces: { chat: {} } });
    const strict = await start('c', { NODE_ENV: 'production', CARILLON_CONFIG: config });
    const child = carillonCommand(
      ...['verify', '--url', strict.url, '--secret', a.secret, '--namespace', 'nowhere', ...quick],
    );
    expect(await within('it ends', 20_000, child.exited)).toMatchObject({ code: 2 });
    expect(child.lines.join('\n')).toContain('forbidden');
    expect(child.lines.join('\n')).toContain('policy file');
    await strict.stop();
  });

  test('nothing there is no violation either', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => {
      gone.listen(0, '127.0.0.1', resolve);
    });
    register({ name: 'a server that is no Carillon', end: () => gone.close() });
    const { port } = gone.address() as AddressInfo;
    gone.close();
    const child = carillonCommand('verify', '--url', `http://127.0.0.1:${port}`, '--token', 'any');
    expect(await within('it ends', 20_000, child.exited)).toMatchObject({ code: 2 });
    expect(child.lines.join('\n')).toContain('check --url');
  });

  test('an instance that is killed meanwhile loses connections and breaks nothing', async () => {
    const child = carillonCommand(
      ...['verify', '--url', urls, '--secret', a.secret, '--admin-key', a.adminKey],
      ...[...quick, '--duration', '8s', '--reconnect', '2', '--seed', '11'],
    );
    await child.line('is under load', 20_000, isUnderLoad);
    b.kill('SIGKILL');
    const { code } = await within('it ends', 45_000, child.exited);
    const verdict = verdictOf(child);
    expect(verdict).toMatchObject({ verdict: 'held', violations: [], instances: ['a', 'b'] });
    // It was hit, and everybody came back.
    expect(verdict.connections.lost).toBeGreaterThan(0);
    expect(verdict.deliveries.resumed).toBeGreaterThan(0);
    expect(verdict.deliveries.checked).toBe(verdict.publishes.acknowledged * 6);
    expect(code).toBe(0);
  }, 60_000);

  test('a deployment of which nothing is left gives no verdict, and says why', async () => {
    const child = carillonCommand(
      ...['verify', '--url', urls, '--secret', a.secret, ...quick],
      ...['--duration', '10m', '--settle', '3s'],
    );
    await child.line('is under load', 20_000, isUnderLoad);
    a.kill('SIGKILL');
    await a.exited;
    child.kill('SIGINT');
    const { code } = await within('it ends', 30_000, child.exited);
    expect(verdictOf(child)).toMatchObject({
      ...{
        verdict: 'undecided',
        because: 'no instance takes connections any more',
        violations: [],
      },
    });
    expect(code).toBe(2);
  }, 60_000);
});
