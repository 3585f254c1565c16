import { beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { ChannelName } from '../../src/protocol/channel-name.js';
import type { LogPage, ReadQuery } from '../../src/broker/broker.port.js';
import { register } from '../support/actors.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { appendMany, newChannel, offsetsOf, read, topOf } from './broker-under-test.js';
import { type RedisBrokerUnderTest, startReadyRedisBroker } from './redis-broker-start.js';

const WIDE = 250_000;
/** Commands in a page of three entries, where each lost offset would be one of its own. */
const FEW = 60;

describeWithRedis('a log with a tear over a quarter of a million offsets', () => {
  let client: Redis;
  let underTest: RedisBrokerUnderTest;
  let channel: ChannelName;

  beforeAll(async () => {
    const { url } = await startRedis();
    client = new Redis(url);
    register({ name: 'a Redis client', end: () => client.disconnect() });
    underTest = await startReadyRedisBroker(url);
    const { broker } = underTest;
    channel = newChannel();
    await appendMany(broker, channel, 3);
    const common = await topOf(broker, channel);
    const lost = { ...common, offset: WIDE, chain: 'f'.repeat(16) };
    // Two more come before anybody notices.
    await appendMany(broker, channel, 2, { publisher: 'carol' });
    expect(await broker.fence(channel, [lost, common])).toEqual(common);
  });

  async function lookedUp(): Promise<number> {
    const stats = await client.info('commandstats');
    return Number(/cmdstat_hget:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }

  async function pageOf(from: ReadQuery['from']): Promise<LogPage> {
    const before = await lookedUp();
    const page = await read(underTest.broker, channel, from);
    expect((await lookedUp()) - before).toBeLessThan(FEW);
    return page;
  }

  test('is read forwards in a few steps', async () => {
    const { floor } = (await pageOf('top')).facts;
    const page = await pageOf({ after: floor });
    expect(offsetsOf(page.entries)).toEqual([1, 2, 3, 4, 5, WIDE + 1]);
    expect(page.more).toBe(false);
  });

  test('is read backwards in a few steps', async () => {
    const { top } = (await pageOf('top')).facts;
    expect(top.offset).toBe(WIDE + 1);
    expect(offsetsOf((await pageOf({ last: 3 })).entries)).toEqual([4, 5, WIDE + 1]);
    expect(offsetsOf((await pageOf({ before: top })).entries)).toEqual([1, 2, 3, 4, 5]);
    const inside = { ...top, offset: WIDE - 7 };
    expect(offsetsOf((await pageOf({ before: inside })).entries)).toEqual([1, 2, 3, 4, 5]);
  });
});
