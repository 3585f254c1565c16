import { beforeAll, expect, test } from '@jest/globals';
import { rest } from '../integration/rest-call.js';
import { policyFile } from '../support/policy-file.js';
import { describeWithRedis } from '../support/requires.js';
import { type Cluster, session, startCluster } from './cluster.js';

const SIZE = 10;

describeWithRedis('a position that the history has left behind', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    const file = await policyFile({ namespaces: { short: { history: { size: SIZE } } } });
    cluster = await startCluster({ CARILLON_CONFIG: file });
  });

  test('is told as a gap with exactly what is missing, and what is left follows', async () => {
    const channel = 'short:trimmed';
    const ann = await session(cluster.a, 'ann');
    await ann.ask('subscribe', { channel });
    await publish(channel, 1, 2);
    await ann.until(() => ann.received.length === 2, 'two messages');
    const since = ann.received[1]?.position;
    ann.close();
    await publish(channel, 3, 30);

    const back = await session(cluster.c, 'ann');
    const reply = await back.ask('subscribe', { channel, since });
    expect(reply.recovered).toBe(false);
    expect(reply.messages.map(({ offset }) => offset)).toEqual(offsets(21, 30));
    expect(reply.gap).toMatchObject({
      channel,
      epoch: reply.epoch,
      reason: 'trimmed',
      after: since,
      ranges: [[3, 20]],
      count: 18,
      refill: false,
    });

    const rewound = await back.ask('subscribe', { channel, since, rewind: 4 });
    expect(rewound.recovered).toBe(false);
    expect(rewound.messages.map(({ offset }) => offset)).toEqual(offsets(27, 30));
    const passed = { reason: 'trimmed', ranges: [[3, 26]], count: 24, refill: true };
    expect(rewound.gap).toMatchObject(passed);
    const kept = await back.ask('history', { channel, after: since });
    expect(kept.messages.map(({ offset }) => offset)).toEqual(offsets(21, 30));
    expect(kept.gap).toMatchObject({ reason: 'trimmed', ranges: [[3, 20]] });
  });

  test('at the edge of what is kept misses nothing', async () => {
    const channel = 'short:edge';
    await publish(channel, 1, 1);
    const ann = await session(cluster.a, 'ann');
    const { position: since } = await ann.ask('subscribe', { channel, rewind: 1 });
    await publish(channel, 2, SIZE + 1);
    const back = await session(cluster.c, 'ann');
    const whole = await back.ask('subscribe', { channel, since });
    expect(whole.recovered).toBe(true);
    expect(whole.messages.map(({ offset }) => offset)).toEqual(offsets(2, SIZE + 1));
    await publish(channel, SIZE + 2, SIZE + 2);
    const short = await back.ask('subscribe', { channel, since });
    expect(short).toMatchObject({ recovered: false, gap: { ranges: [[2, 2]], count: 1 } });
  });

  test('below a purge is told as purged', async () => {
    const channel = 'short:purged';
    await publish(channel, 1, 1);
    const ann = await session(cluster.a, 'ann');
    const { position: since } = await ann.ask('subscribe', { channel, rewind: 1 });
    await publish(channel, 2, 5);
    await rest(cluster.b, 'DELETE', `/v1/channels/${channel}/messages`);
    await publish(channel, 6, 6);
    const back = await session(cluster.c, 'ann');
    const reply = await back.ask('subscribe', { channel, since });
    expect(reply).toMatchObject({
      recovered: false,
      gap: { reason: 'purged', ranges: [[2, 5]], count: 4, after: since },
    });
    expect(reply.messages.map(({ offset }) => offset)).toEqual([6]);
  });

  test('of another channel is told as lost, and never taken for one of this', async () => {
    await publish('short:one', 1, 3);
    await publish('short:other', 1, 3);
    const ann = await session(cluster.a, 'ann');
    const { position } = await ann.ask('subscribe', { channel: 'short:one', rewind: 3 });
    const reply = await ann.ask('subscribe', { channel: 'short:other', since: position });
    expect(reply.recovered).toBe(false);
    expect(reply.gap?.reason).toMatch(/^(epoch|rewound)$/);
    expect(reply.messages.map(({ offset }) => offset)).toEqual([1, 2, 3]);
  });

  async function publish(channel: string, from: number, to: number): Promise<void> {
    const items = offsets(from, to).map((offset) => ({ channel, id: `m${offset}`, data: offset }));
    const answer = await rest(cluster.b, 'POST', '/v1/messages', { body: { items } });
    expect(answer.status).toBe(207);
  }

  function offsets(from: number, to: number): number[] {
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  }
});
