import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { register } from '../support/actors.js';
import { testSecret } from '../support/carillon-process.js';
import { Child } from '../support/child-process.js';
import { connect } from '../support/client.js';
import { describeWithRedis, redisServerPath } from '../support/requires.js';
import { tokenFor } from '../support/token.js';

const root = path.resolve(import.meta.dirname, '../..');

interface Announced {
  readonly nodes: string[];
  readonly health: string;
  readonly broadcasts: string;
  readonly adminKey: string;
}

describe('npm start', () => {
  test('tells as JSON where everything is, stays, and ends with 0 on SIGTERM', async () => {
    const script = start('--json', '--port', '0');
    const announced = await announcement(script);
    expect((await fetch(announced.health)).status).toBe(200);
    expect((await script.stop(20_000)).code).toBe(0);
    await expect(fetch(announced.health)).rejects.toThrow('fetch failed');
  });

  test('prints a request that broadcasts to everyone as it stands', async () => {
    const script = start('--port', '0');
    await script.line('is ready', 60_000, (line) => (line.includes('Ctrl-C') ? true : null));
    const text = script.lines.join('\n');
    const url = /curl (\S+)/.exec(text)?.[1] ?? '';
    const headers = [...text.matchAll(/-H '([^:']+): ([^']+)'/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    );
    const body = /-d '([^']+)'/.exec(text)?.[1] ?? '';
    const response = await fetch(url, { method: 'POST', headers, body });
    expect(response.status).toBe(202);
  });

  test('an option that it does not have gets the usage and exit code 2', async () => {
    const script = start('--no-such-option');
    expect((await script.exited).code).toBe(2);
    expect(script.lines.join('\n')).toContain('Usage: npm start');
  });

  test('a port that was asked for and is taken is said in one line', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    register({ name: 'the holder of a port', end: () => holder.close() });
    const { port } = holder.address() as AddressInfo;
    const script = start('--port', String(port));
    expect((await script.exited).code).toBe(1);
    expect(script.lines.filter((line) => line !== '')).toEqual([
      expect.stringContaining(`port ${port} cannot be listened on`),
    ]);
  });
});

describeWithRedis('npm start -- --nodes 3', () => {
  test('is one cluster: what goes in at the first comes out at the third', async () => {
    const script = start('--nodes', '3', '--json', '--port', '0');
    const { nodes, broadcasts, adminKey } = await announcement(script);
    expect(new Set(nodes).size).toBe(3);
    const client = await connect(nodes[2] ?? '', {
      token: await tokenFor(testSecret, { sub: 'ada' }),
    });
    const response = await fetch(broadcasts, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ audience: { everyone: true }, data: { text: 'hello' } }),
    });
    expect(response.status).toBe(202);
    await client.until(() => client.received.length > 0, 'the broadcast');
    expect(client.received[0]?.data).toEqual({ text: 'hello' });
    client.close();
    expect((await script.stop(20_000)).code).toBe(0);
  });
});

function start(...args: string[]): Child {
  const { PATH, HOME } = process.env;
  const script = new Child('npm start', process.execPath, ['scripts/start.mjs', ...args], {
    cwd: root,
    env: { PATH, HOME, AUTH_JWT_SECRET: testSecret, REDIS_SERVER: redisServerPath ?? '' },
  });
  register({ name: script.name, end: () => script.stop(20_000) });
  return script;
}

async function announcement(script: Child): Promise<Announced> {
  const line = await script.line('announces itself', 60_000, (it) =>
    it.startsWith('{"url"') ? it : null,
  );
  if (line === null) throw new Error(`npm start ended:\n${script.lines.join('\n')}`);
  return JSON.parse(line) as Announced;
}
