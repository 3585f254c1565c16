import { expect, jest, test } from '@jest/globals';
import { Subscription } from '../../../src/delivery/subscription.js';
import { FollowedChannel } from '../../../src/delivery/followed-channel.js';
import { deliveryUnderTest, told, turns } from './delivery-under-test.js';
import { CHANNEL } from './outbox-under-test.js';

const COUNT = 200;
const BYTES = 200;

/** A reader whose kernel takes what it was given in each round, and how many entries were read for it. */
async function readThrough(outboxBytes: number) {
  const world = deliveryUnderTest({ OUTBOX_BYTES: String(outboxBytes) });
  const { broker, catchUp, appendMany, openSession } = world;
  const start = await world.top();
  const entries = await appendMany(COUNT, {}, BYTES);
  const { wire, session } = openSession();
  wire.takes = false;
  const subscription = new Subscription(session, CHANNEL, start);
  const channel = new FollowedChannel(CHANNEL, entries.at(-1) ?? start);
  const counted = { reads: 0, entries: 0 };
  const read = broker.read.bind(broker);
  jest.spyOn(broker, 'read').mockImplementation(async (...query) => {
    const page = await read(...query);
    counted.reads += 1;
    counted.entries += page.entries.length;
    return page;
  });
  const running = catchUp.run(subscription, channel, 0);
  for (let round = 0; round < 10 * COUNT && subscription.phase !== 'live'; round += 1) {
    await turns(1);
    wire.drain();
  }
  await running;
  expect(told(wire.sent)).toEqual(entries.map(({ offset }) => offset));
  return counted;
}

test('where little may wait for a connection it is read little at a time', async () => {
  const { entries } = await readThrough(4_096);
  expect(entries).toBeLessThan(2 * COUNT);
});

test('where there is room it is read much at a time, and once', async () => {
  const { reads, entries } = await readThrough(131_072);
  expect(entries).toBe(COUNT);
  expect(reads).toBeLessThan(5);
});

test('of the channels of one connection few are read at a time', async () => {
  const { broker, catchUp, appendMany, openSession, top } = deliveryUnderTest();
  const start = await top();
  const entries = await appendMany(40);
  const { wire, session } = openSession();
  const channel = new FollowedChannel(CHANNEL, entries.at(-1) ?? start);
  const read = broker.read.bind(broker);
  const counted = { underWay: 0, most: 0 };
  jest.spyOn(broker, 'read').mockImplementation(async (...query) => {
    counted.underWay += 1;
    counted.most = Math.max(counted.most, counted.underWay);
    await turns(1);
    counted.underWay -= 1;
    return read(...query);
  });
  // Of different places, so that none shares the read of another.
  const places = [start, ...entries.slice(0, -1)];
  await Promise.all(
    places.map((place) => catchUp.run(new Subscription(session, CHANNEL, place), channel, 0)),
  );
  expect(counted.most).toBe(4);
  expect(wire.sent).toHaveLength((40 * 41) / 2);
});

test('a log in memory is read a page in each turn of the event loop', async () => {
  const { catchUp, appendMany, openSession, top } = deliveryUnderTest();
  const start = await top();
  const entries = await appendMany(20, { maxBytes: 16_777_216 }, 30_000);
  const { wire, session } = openSession();
  const channel = new FollowedChannel(CHANNEL, entries.at(-1) ?? start);
  const running = catchUp.run(new Subscription(session, CHANNEL, start), channel, 0);
  await turns(4);
  expect(wire.sent.length).toBeLessThan(10);
  await running;
  expect(told(wire.sent)).toEqual(entries.map(({ offset }) => offset));
});
