import { RedisBroker } from '../../src/broker/redis/redis-broker.js';
import type { RedisConfig } from '../../src/config/config.js';
import { Keys } from '../../src/redis/keys.js';
import { randomUUID } from 'node:crypto';
import { register } from '../support/actors.js';
import { eventually } from '../support/eventually.js';
import { type BrokerUnderTest, Heard } from './broker-under-test.js';

export interface RedisBrokerUnderTest extends BrokerUnderTest {
  /** Formats that were met and not understood. */
  readonly foreign: () => number;
}

/** Starts a broker without waiting for it; it is ended after the last test of the file. */
export function startRedisBroker(
  url: string,
  over: Partial<RedisConfig> = {},
): RedisBrokerUnderTest {
  const heard = new Heard();
  let foreign = 0;
  const redis: RedisConfig = {
    ...{ urls: [url], mode: 'standalone', sentinelName: null, prefix: 'test' },
    ...over,
  };
  const broker = new RedisBroker({
    redis,
    keys: new Keys(redis.prefix),
    instanceId: randomUUID(),
    joinWindowMs: 5,
    replicas: [1],
    foreign: (count) => {
      foreign += count;
    },
  });
  const end = () => broker.close();
  register({ name: 'a broker', end });
  broker.start(heard);
  return { broker, heard, foreign: () => foreign, advance: () => undefined, end };
}

export async function startReadyRedisBroker(
  url: string,
  over: Partial<RedisConfig> = {},
): Promise<RedisBrokerUnderTest> {
  const underTest = startRedisBroker(url, over);
  await eventually('the broker is ready', () => underTest.broker.isReady());
  return underTest;
}
