import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Keys } from '../../src/redis/keys.js';
import { compilerPath, WallClocks } from '../faults/wall-clocks.js';
import { register } from '../support/actors.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis, testNotRun } from '../support/requires.js';
import { newChannel, placeOf, publication } from './broker-under-test.js';
import { startReadyRedisBroker } from './redis-broker-start.js';

const DAY_MS = 86_400_000;
const CLOCK = 'redis';
const CHANNELS = 300;
const RULES = { dedupSeconds: 60, ttlSeconds: 30 };

// Expiry goes by the wall clock of the server: what expired with its window would be gone at once.
describeWithRedis('a store whose clock jumps', () => {
  test('keeps the ids of a channel as long as the numbering that they name places in', async () => {
    const { url } = await startRedis();
    const store = new Redis(url);
    register({ name: 'a Redis client', end: () => store.disconnect() });
    const { broker } = await startReadyRedisBroker(url);
    const keys = new Keys('test');
    // So many that a millisecond ends within a call that sets several expiries.
    const channels = Array.from({ length: CHANNELS }, newChannel);
    await Promise.all(
      channels.map((channel) => broker.append(publication(channel, { id: '1', rules: RULES }))),
    );
    for (const channel of channels) {
      const expiryOf = (kind: 'meta' | 'ids' | 'idOrder') =>
        store.pexpiretime(keys.ofChannel(kind, channel));
      const numbering = await expiryOf('meta');
      expect(numbering).toBeGreaterThan(Date.now() + 29 * DAY_MS);
      for (const kind of ['ids', 'idOrder'] as const) expect(await expiryOf(kind)).toBe(numbering);
    }
  });

  if (compilerPath === null) {
    testNotRun('knows a repeat after a jump of a week', 'there is no C compiler');
    return;
  }

  test('knows a repeat after a jump of a week', async () => {
    const clocks = await WallClocks.build();
    if (clocks === null) throw new Error('the clocks could not be built');
    const { url } = await startRedis({ env: await clocks.environment(CLOCK) });
    const { broker } = await startReadyRedisBroker(url);
    const channel = newChannel();
    const one = publication(channel, { id: 'once', text: 'once', rules: RULES });
    const { offset } = placeOf(await broker.append(one));
    await clocks.set(CLOCK, 7 * DAY_MS);
    expect(await broker.append(one)).toMatchObject({ outcome: 'duplicate', offset });
    await clocks.set(CLOCK, 0);
    expect(await broker.append(one)).toMatchObject({ outcome: 'duplicate', offset });
  });
});
