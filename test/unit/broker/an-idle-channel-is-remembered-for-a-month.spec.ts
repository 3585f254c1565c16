import { expect, test } from '@jest/globals';
import { CHANNEL_MEMORY_MS } from '../../../src/broker/continuity.js';
import { MemoryBroker } from '../../../src/broker/memory/memory-broker.js';
import {
  Heard,
  newChannel,
  offsetsOf,
  publication,
  read,
  topOf,
} from '../../contract/broker-under-test.js';

const DAY_MS = 86_400_000;

function startBroker() {
  let nowMs = 1_700_000_000_000;
  const clock = { now: () => nowMs, monotonic: () => nowMs };
  const broker = new MemoryBroker(clock);
  broker.start(new Heard());
  return {
    broker,
    wait: (ms: number) => {
      nowMs += ms;
    },
  };
}

test('who is at the top of an idle channel goes on, long after its history is gone', async () => {
  const { broker, wait } = startBroker();
  const channel = newChannel();
  await broker.append(publication(channel));
  const top = await topOf(broker, channel);
  wait(CHANNEL_MEMORY_MS - DAY_MS);
  expect(await topOf(broker, channel)).toEqual(top);
  await broker.append(publication(channel));
  const page = await read(broker, channel, { after: top });
  expect(page.continuity).toBe('continued');
  expect(offsetsOf(page.entries)).toEqual([2]);
  await broker.close();
});

test('a channel that was forgotten begins again in another epoch, and old positions are told', async () => {
  const { broker, wait } = startBroker();
  const channel = newChannel();
  const start = await topOf(broker, channel);
  await broker.append(publication(channel));
  const top = await topOf(broker, channel);
  wait(CHANNEL_MEMORY_MS + 1);
  expect((await topOf(broker, channel)).offset).toBe(0);
  await broker.append(publication(channel));
  const page = await read(broker, channel, { after: top });
  expect(page.continuity).toBe('epoch');
  expect(offsetsOf(page.entries)).toEqual([1]);
  expect(page.facts.epoch).not.toBe(top.epoch);
  // From before the first life: what came and went since cannot be shown any more.
  expect((await read(broker, channel, { after: start })).continuity).toBe('epoch');
  await broker.close();
});

test('history that is kept for longer than a month keeps its channel', async () => {
  const { broker, wait } = startBroker();
  const channel = newChannel();
  const rules = { ttlSeconds: (60 * DAY_MS) / 1_000 };
  await broker.append(publication(channel, { rules }));
  wait(CHANNEL_MEMORY_MS + DAY_MS);
  expect((await read(broker, channel, { last: 1 })).entries).toHaveLength(1);
  await broker.close();
});
