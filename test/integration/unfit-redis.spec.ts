import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { register } from '../support/actors.js';
import { startCarillon } from '../support/carillon-process.js';
import { eventually } from '../support/eventually.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { upgrade } from './upgrade.js';

describeWithRedis('a Redis that will not do', () => {
  test('one that may throw messages away is used, and warned of once', async () => {
    const redis = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
    const server = await startCarillon({ redisUrl: redis.url });
    const warnings = () => server.logs().filter((line) => line.includes('allkeys-lru'));
    await eventually('it is warned of', () => warnings().length > 0);
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toContain('noeviction');
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });

  test('one that is too old keeps the instance from being ready, and it says why', async () => {
    const redis = await startRedis();
    const port = await agedRedis(redis.port);
    const server = await startCarillon({
      redisUrl: `redis://127.0.0.1:${port}`,
      waitReady: false,
    });
    await eventually('it is told', () => server.logs().some((line) => line.includes('is too old')));
    // Until its own connection stands, the broker is what the instance waits for.
    await eventually('readiness says why', async () => {
      const ready = await fetch(`${server.url}/health/ready`);
      expect(ready.status).toBe(503);
      return (await ready.text()).includes('Redis 6.');
    });
    expect(await upgrade(server.url)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  });

  test('one that will do is not talked about', async () => {
    const redis = await startRedis();
    const server = await startCarillon({ redisUrl: redis.url });
    expect(server.logs().filter((line) => /too old|maxmemory/.test(line))).toEqual([]);
  });
});

/** A Redis in all but what it says of its age; resolves with its port. */
async function agedRedis(real: number): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connectTcp(real, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (bytes: Buffer) => {
      // As long as before: the reply says its length.
      const text = bytes.toString('latin1').replace(/redis_version:\d/, 'redis_version:6');
      client.write(text, 'latin1');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const end = () => {
    for (const socket of open) socket.destroy();
    server.close();
  };
  register({ name: 'an aged Redis', end });
  return (server.address() as AddressInfo).port;
}
