import { beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { digestOf, epochFor, firstChain, nextChain } from '../../src/broker/chain.js';
import { genesisTime } from '../../src/broker/position.js';
import { Keys, partitionOf } from '../../src/redis/keys.js';
import { register } from '../support/actors.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { newChannel, publication, read } from './broker-under-test.js';
import { type RedisBrokerUnderTest, startReadyRedisBroker } from './redis-broker-start.js';

/** The scripts compute in Lua what `chain.ts` computes here: a difference would tell false losses. */
describeWithRedis('the scripts and the code agree', () => {
  let store: Redis;
  let underTest: RedisBrokerUnderTest;

  beforeAll(async () => {
    const { url } = await startRedis();
    store = new Redis(url);
    register({ name: 'a Redis client', end: () => store.disconnect() });
    underTest = await startReadyRedisBroker(url);
  });

  test('on the chain of every entry, whatever the drafts', async () => {
    const { broker } = underTest;
    const channel = newChannel();
    // Enough for both lanes to wrap around many times.
    const drafts = Array.from({ length: 100 }, () =>
      publication(channel, { parts: [randomBytes(20)] }),
    );
    await Promise.all(drafts.map((draft) => broker.append(draft)));
    const { facts, entries } = await read(broker, channel, { last: 100 });
    let chain = firstChain(facts.epoch, genesisTime(facts.floor));
    for (const [index, { draft }] of drafts.entries()) {
      const entry = entries[index];
      expect({ prev: entry?.prev, offset: entry?.offset }).toEqual({
        prev: chain,
        offset: index + 1,
      });
      chain = nextChain(chain, digestOf(draft));
      expect(entry?.chain).toBe(chain);
    }
    expect(facts.top.chain).toBe(chain);
  });

  test('on the epoch, before the first message and after it', async () => {
    const { broker } = underTest;
    const channel = newChannel();
    const before = await read(broker, channel, 'top');
    await broker.append(publication(channel));
    const { facts } = await read(broker, channel, 'top');
    const life = await store.get(new Keys('test').ofPartition('life', partitionOf(channel)));
    expect(life).toMatch(/^[0-9a-f]{16}$/);
    expect(facts.epoch).toBe(epochFor(life ?? '', channel, genesisTime(facts.floor)));
    expect(before.facts.epoch).toBe(facts.epoch);
  });
});
