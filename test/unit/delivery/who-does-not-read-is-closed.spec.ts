import { afterEach, expect, jest, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { eventually } from '../../support/eventually.js';
import { FollowedChannel } from '../../../src/delivery/followed-channel.js';
import { Subscription } from '../../../src/delivery/subscription.js';
import { deliveryUnderTest, turns } from './delivery-under-test.js';
import { CHANNEL } from './outbox-under-test.js';

const closed = [{ code: 'slow_consumer', reconnect: true }];

afterEach(() => {
  jest.restoreAllMocks();
});

test('a connection that takes nothing for 30 s is closed, and told that it may come back', () => {
  const { slow, openSession } = deliveryUnderTest();
  const { wire, session } = openSession();
  const now = performance.now();
  slow.stalled(session);
  slow.sweep(now + 29_900);
  expect(wire.closings).toEqual([]);
  slow.sweep(now + 30_100);
  expect(wire.closings).toMatchObject(closed);
});

test('so is one that catches up and takes nothing, though no lane holds anything for it', async () => {
  const { slow, catchUp, appendMany, openSession, top } = deliveryUnderTest();
  const start = await top();
  const entries = await appendMany(4, {}, 66_000);
  const { wire, session } = openSession();
  wire.takes = false;
  const channel = new FollowedChannel(CHANNEL, entries.at(-1) ?? start);
  const subscription = new Subscription(session, CHANNEL, start);
  const running = catchUp.run(subscription, channel, 0);
  await turns();
  expect(session.outbox.isBlocked).toBe(false);
  slow.sweep(performance.now() + 30_100);
  expect(wire.closings).toMatchObject(closed);
  subscription.phase = 'closed';
  await running;
});

test('one that catches up and takes all of it in time stays', async () => {
  const { slow, catchUp, appendMany, openSession, top } = deliveryUnderTest();
  const start = await top();
  const entries = await appendMany(4, {}, 66_000);
  const { wire, session } = openSession();
  wire.takes = false;
  const channel = new FollowedChannel(CHANNEL, entries.at(-1) ?? start);
  const running = catchUp.run(new Subscription(session, CHANNEL, start), channel, 0);
  await turns();
  wire.takes = true;
  wire.drain();
  await running;
  slow.sweep(performance.now() + 30_100);
  expect(wire.closings).toEqual([]);
});

test('a connection that took everything in time stays', () => {
  const { slow, openSession } = deliveryUnderTest();
  const { wire, session } = openSession();
  slow.stalled(session);
  slow.recovered(session);
  slow.sweep(performance.now() + 60_000);
  expect(wire.closings).toEqual([]);
});

test('a connection that leaves its answers unread is closed beyond its outbox, a message and 2 MiB', () => {
  const { slow, openSession, config } = deliveryUnderTest();
  const { wire, session } = openSession();
  wire.takes = false;
  const { maxMessageBytes } = config.policy.fallback ?? { maxMessageBytes: 0 };
  expect(maxMessageBytes).toBe(65_536);
  wire.write(Buffer.alloc(config.outboxBytes + maxMessageBytes + 2_097_152), [], []);
  expect(slow.hasRoom(session)).toBe(true);
  wire.write(Buffer.alloc(1), [], []);
  expect(slow.hasRoom(session)).toBe(false);
  expect(wire.closings).toMatchObject(closed);
});

test('answers that are not read count for what waits, until they are', async () => {
  const { service, openSession } = deliveryUnderTest();
  const { wire, session } = openSession();
  wire.takes = false;
  wire.write(Buffer.alloc(300_000), [], []);
  const room = service.roomToAnswer(session);
  expect(service.outboxBytes).toBe(300_000);
  wire.drain();
  await room;
  expect(service.outboxBytes).toBe(0);
});

test('what waits for connections is told by the metrics, and that it waits no more', async () => {
  const { service, metrics, append, hand, openSession } = deliveryUnderTest();
  const { wire, session } = openSession();
  (await service.prepare(session, CHANNEL, { withMessages: true })).begin();
  await turns();
  wire.takes = false;
  const told = async () => (await metrics.outboxBytes.get()).values[0]?.value;
  for (let n = 0; n < 4; n += 1) hand(await append({}, 30_000));
  await eventually('something waits', () => service.outboxBytes > 30_000);
  expect(await told()).toBe(service.outboxBytes);
  wire.takes = true;
  wire.drain();
  await eventually('all was taken', () => service.outboxBytes === 0);
  expect(await told()).toBe(0);
});

test.each(['the outbox', 'the answer'])(
  'who takes something and stalls anew while an answer waits has 30 s from then on; %s waits first',
  async (first) => {
    let clock = 1_000;
    jest.spyOn(performance, 'now').mockImplementation(() => clock);
    const { service, slow, appendMany, hand, openSession } = deliveryUnderTest({
      OUTBOX_BYTES: '262144',
    });
    const { wire, session } = openSession();
    (await service.prepare(session, CHANNEL, { withMessages: true })).begin();
    await turns();
    wire.takes = false;
    wire.write(Buffer.alloc(300_000), [], []);
    const entries = await appendMany(5, {}, 30_000);
    const waitFor = [() => hand(...entries), () => void service.roomToAnswer(session)];
    for (const wait of first === 'the outbox' ? waitFor : waitFor.reverse()) wait();
    clock = 20_000;
    // Of what waits the kernel is given 64 KiB, and takes nothing of it.
    wire.drain();
    expect(wire.sent.length).toBeGreaterThan(0);
    slow.sweep(49_900);
    expect(wire.closings).toEqual([]);
    slow.sweep(50_100);
    expect(wire.closings).toMatchObject(closed);
  },
);

test('who has taken all while an answer waited stays', async () => {
  const { service, slow, openSession } = deliveryUnderTest();
  const { wire, session } = openSession();
  wire.takes = false;
  wire.write(Buffer.alloc(300_000), [], []);
  const room = service.roomToAnswer(session);
  wire.drain();
  await room;
  slow.sweep(performance.now() + 60_000);
  expect(wire.closings).toEqual([]);
});

/** One who follows the channel and was closed as slow; its socket is still there, as that of one who does not read. */
async function closing() {
  const underTest = deliveryUnderTest();
  const { service, slow, openSession } = underTest;
  const { wire, session } = openSession();
  (await service.prepare(session, CHANNEL, { withMessages: true })).begin();
  await turns();
  wire.whenClosed = () => undefined;
  slow.stalled(session);
  slow.sweep(performance.now() + 30_100);
  return { ...underTest, wire, session };
}

test('who is closed as slow is told and counted once, whatever comes until its socket has ended', async () => {
  const { service, slow, metrics, wire, session } = await closing();
  wire.takes = false;
  wire.write(Buffer.alloc(4_194_304), [], []);
  expect([service.mayAnswer(session), service.mayAnswer(session)]).toEqual([false, false]);
  service.tellStatus({ state: 'degraded', since: 1 });
  slow.stalled(session);
  slow.sweep(performance.now() + 60_000);
  expect(wire.closings).toMatchObject(closed);
  const { values } = await metrics.drops.get();
  expect(values).toMatchObject([{ labels: { reason: 'slow_consumer' }, value: 1 }]);
});

test('who is closed as slow is written nothing more, and nothing counts as delivered to it', async () => {
  const { service, metrics, append, hand, wire, session } = await closing();
  hand(await append());
  service.passOn({ channel: CHANNEL, payload: JSON.stringify({ presence: { type: 'join' } }) });
  await turns();
  expect(wire.writes).toEqual([]);
  expect((await metrics.deliveries.get()).values).toMatchObject([{ value: 0 }]);
  expect([session.isOpen, service.outboxBytes]).toEqual([false, 0]);
});

test('an answer that is left unread counts for what waits, though nothing is asked behind it', () => {
  const { service, slow, openSession } = deliveryUnderTest();
  const { wire, session } = openSession();
  wire.takes = false;
  wire.write(Buffer.alloc(200_000), [], []);
  service.answered(session);
  expect(service.outboxBytes).toBe(200_000);
  // Of a single page nobody is said to be slow.
  slow.sweep(performance.now() + 60_000);
  expect(wire.closings).toEqual([]);

  wire.write(Buffer.alloc(200_000), [], []);
  service.answered(session);
  expect(service.outboxBytes).toBe(400_000);
  slow.sweep(performance.now() + 30_100);
  expect(wire.closings).toMatchObject(closed);
});
