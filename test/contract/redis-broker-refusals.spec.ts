import { beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { register } from '../support/actors.js';
import { eventually } from '../support/eventually.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { appendMany, newChannel, placeOf, publication, read, topOf } from './broker-under-test.js';
import { type RedisBrokerUnderTest, startReadyRedisBroker } from './redis-broker-start.js';

describeWithRedis('a broker whose Redis refuses', () => {
  let server: RedisServer;
  let nemesis: Redis;
  let underTest: RedisBrokerUnderTest;

  beforeAll(async () => {
    // A replica is served at once, not together with others that may come.
    server = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
    nemesis = new Redis(server.url);
    register({ name: 'a Redis client', end: () => nemesis.disconnect() });
    underTest = await startReadyRedisBroker(server.url);
  });

  test('goes on in order when the scripts are forgotten', async () => {
    const { broker } = underTest;
    const channel = newChannel();
    await appendMany(broker, channel, 10);
    await nemesis.script('FLUSH');
    // More than one call: each of them finds the script forgotten.
    const appended = await appendMany(broker, channel, 100);
    expect(appended.map((one) => placeOf(one).offset)).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 11),
    );
    await nemesis.script('FLUSH');
    expect((await topOf(broker, channel)).offset).toBe(110);
  });

  test('is overloaded when the memory is full: nothing is announced that is not kept', async () => {
    const { broker, heard } = underTest;
    const channel = newChannel();
    await broker.follow(channel);
    const first = publication(channel);
    await broker.append(first);
    await nemesis.config('SET', 'maxmemory', '1');
    const refusal = expect.objectContaining({ code: 'overloaded' });
    await expect(broker.append(publication(channel))).rejects.toEqual(refusal);
    await expect(broker.append(publication(newChannel()))).rejects.toEqual(refusal);
    // What needs no room still works.
    expect(await broker.append(first)).toMatchObject({ outcome: 'duplicate', offset: 1 });
    expect((await read(broker, channel, { last: 5 })).entries).toHaveLength(1);
    // In a partition, too, that nobody has met before.
    const lives = await nemesis.keys('*:life');
    await nemesis.del(...lives);
    const fresh = newChannel();
    const start = await topOf(broker, fresh);
    expect(await topOf(broker, fresh)).toMatchObject({ epoch: start.epoch, offset: 0 });

    await nemesis.config('SET', 'maxmemory', '0');
    expect(await broker.append(publication(channel))).toMatchObject({ offset: 2 });
    expect((await heard.entriesOf(channel, 2)).map(({ offset }) => offset)).toEqual([1, 2]);
  });

  test('leaves a primary that was demoted, and publishes again when it leads', async () => {
    const { broker, heard } = underTest;
    const channel = newChannel();
    await broker.append(publication(channel));
    const missedBefore = heard.missedAll;
    await nemesis.replicaof('127.0.0.1', '1');
    const wish = publication(channel);
    await expect(broker.append(wish)).rejects.toMatchObject({ code: 'unavailable' });
    await eventually('it connects anew', () => heard.missedAll > missedBefore);
    await nemesis.replicaof('NO', 'ONE');
    await eventually('ready', () => broker.isReady());
    expect(await broker.append(wish)).toMatchObject({ outcome: 'stored', offset: 2 });
  });

  test('leaves a demoted primary where replicas confirm, too', async () => {
    const { broker } = underTest;
    const wish = publication(newChannel(), { rules: { replicas: 1 } });
    await expect(broker.append(wish)).rejects.toThrow('Only 0 of 1');
    const connections = async () =>
      Number(/total_connections_received:(\d+)/.exec(await nemesis.info('stats'))?.[1]);
    const before = await connections();
    await nemesis.replicaof('127.0.0.1', '1');
    await expect(broker.append(wish)).rejects.toMatchObject({ code: 'unavailable' });
    await eventually('it connects anew', async () => (await connections()) > before);
    await nemesis.replicaof('NO', 'ONE');
  });

  test('forgets the id of a publish that failed on its way, so that the next try is stored', async () => {
    const { broker } = underTest;
    const channel = newChannel();
    await broker.append(publication(channel));
    const [log = ''] = await nemesis.keys(`*:l:${channel}`);
    const kept = await nemesis.dumpBuffer(log);
    await nemesis.set(log, 'something else');
    const wish = publication(channel);
    await expect(broker.append(wish)).rejects.toMatchObject({ code: 'unavailable' });
    await nemesis.restore(log, 0, kept, 'REPLACE');
    expect(await broker.append(wish)).toMatchObject({ outcome: 'stored', offset: 2 });
  });

  test('confirms with replicas only what they have, a repeated id as well', async () => {
    const { broker } = underTest;
    const channel = newChannel();
    const rules = { replicas: 1 };
    const lonely = publication(channel, { rules });
    // In the first publish as well: its connection was there before.
    await expect(broker.append(lonely)).rejects.toThrow('Only 0 of 1');

    const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${server.port}`] });
    // Online comes first; the stream begins when the replica has acknowledged what it loaded.
    await eventually('the replica follows', async () =>
      /state=online,offset=[1-9]/.test(await nemesis.info('replication')),
    );
    expect(await broker.append(lonely)).toMatchObject({ outcome: 'duplicate', offset: 1 });
    const appended = await appendMany(broker, channel, 50, { rules });
    expect(placeOf(appended.at(-1)).offset).toBe(51);

    replica.kill('SIGSTOP');
    const late = publication(channel, { rules });
    await expect(broker.append(late)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(broker.append(late)).rejects.toMatchObject({ code: 'unavailable' });
    replica.kill('SIGCONT');
    const confirmed = await eventually('the replica caught up', async () => broker.append(late));
    expect(confirmed).toMatchObject({ outcome: 'duplicate', offset: 52 });
    await replica.stop();
  });
});
