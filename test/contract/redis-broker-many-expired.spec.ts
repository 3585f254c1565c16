import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { appendMany, newChannel, offsetsOf, read } from './broker-under-test.js';
import { startReadyRedisBroker } from './redis-broker-start.js';

const EXPIRED = 700;
const KEPT = 30;
const TTL_SECONDS = 4;

// More than a script looks at one by one.
describeWithRedis('a log most of which is too old and was not removed', () => {
  test('is read from the first entry that is not, with the facts of the rest', async () => {
    const { url } = await startRedis();
    const { broker } = await startReadyRedisBroker(url);
    const channel = newChannel();
    const rules = { ttlSeconds: TTL_SECONDS };
    const soon = Date.now() - (TTL_SECONDS - 1) * 1_000;
    await appendMany(broker, channel, EXPIRED, { rules, at: soon });
    await appendMany(broker, channel, KEPT, { rules, at: Date.now() + 60_000 });
    const page = await eventually('the first ones are too old', async () => {
      const now = await read(broker, channel, { last: KEPT });
      return now.facts.floor.offset > 0 ? now : null;
    });
    expect(page.facts.floor.offset).toBe(EXPIRED);
    expect(page.facts.messages).toBe(KEPT);
    expect(page.facts.bytes).toBeGreaterThan(0);
    expect(offsetsOf(page.entries).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: KEPT }, (_, index) => EXPIRED + 1 + index),
    );
  });
});
