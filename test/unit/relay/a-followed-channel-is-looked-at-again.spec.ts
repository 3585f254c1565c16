import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { genesis } from '../../../src/broker/position.js';
import { FEED, type FeedItem } from '../../../src/delivery/channel-feed.port.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { RelayServer } from '../../../src/relay/relay-server.js';
import { Metrics } from '../../../src/telemetry/metrics.js';
import { eventually } from '../../support/eventually.js';
import { deliveryUnderTest, turns } from '../delivery/delivery-under-test.js';
import { CHANNEL } from '../delivery/outbox-under-test.js';

afterEach(() => {
  jest.useRealTimers();
});

/** A relay over a log in memory from which it hears nothing by itself. */
function relayUnderTest() {
  const { broker, append, appendMany, top } = deliveryUnderTest();
  const start = jest.spyOn(broker, 'start').mockImplementation(() => undefined);
  const server = new RelayServer(broker, new Metrics());
  const handedOn: FeedItem[] = [];
  const states: string[] = [];
  server.addHandler(FEED.messages, async (items: FeedItem[]) => handedOn.push(...items), true);
  server.addHandler(FEED.status, async ({ state }: { state: string }) => states.push(state), true);
  server.listen(() => undefined);
  const offsets = () =>
    handedOn.map((item) => (item.kind === 'entry' ? item.entry.offset : item.reason));
  return { broker, server, start, offsets, states, append, appendMany, top };
}

const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const away = new CarillonError('unavailable', 'The broker is away. Try again.');

describe('a followed channel', () => {
  test('what may have been missed is read', async () => {
    const { server, offsets, appendMany } = relayUnderTest();
    await server.follow(CHANNEL);
    await appendMany(3);
    server.missed(null);
    await eventually('three', () => offsets().length >= 3, { deadlineMs: 2_000 });
    expect(offsets()).toEqual([1, 2, 3]);
    server.close();
  });

  test('a hole of more than a page is filled to its end', async () => {
    const { server, offsets, appendMany } = relayUnderTest();
    await server.follow(CHANNEL);
    await appendMany(600);
    server.missed(null);
    await eventually('all 600', () => offsets().length >= 600, { deadlineMs: 3_000 });
    expect(offsets()).toEqual(oneTo(600));
    server.close();
  });

  test('a read that failed is tried again, and nothing is left out', async () => {
    const { broker, server, offsets, appendMany } = relayUnderTest();
    await server.follow(CHANNEL);
    await appendMany(3);
    jest.spyOn(broker, 'read').mockRejectedValueOnce(away);
    server.missed(null);
    await eventually('three', () => offsets().length >= 3, { deadlineMs: 3_000 });
    expect(offsets()).toEqual([1, 2, 3]);
    server.close();
  });

  test('a tail that is gone is fenced, and read again', async () => {
    const { broker, server, appendMany, top } = relayUnderTest();
    await appendMany(5);
    await server.follow(CHANNEL);
    const lost = await top();
    const { facts } = await broker.read(CHANNEL, { from: 'top', limit: 1, maxBytes: 1 });
    const rewound = { ...facts, top: { ...lost, offset: 3 } };
    const fence = jest.spyOn(broker, 'fence');
    const read = jest.spyOn(broker, 'read').mockResolvedValueOnce({
      ...{ facts: rewound, continuity: 'rewound', resumeAt: rewound.top, entries: [], more: false },
    });
    server.missed(null);
    await eventually('it was fenced and read again', () => read.mock.calls.length >= 2, {
      deadlineMs: 2_000,
    });
    expect(fence.mock.calls).toMatchObject([[CHANNEL, [{ offset: 5, chain: lost.chain }]]]);
    server.close();
  });

  test('each top is looked at in half a minute, whatever was announced', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    const { broker, server } = relayUnderTest();
    const names = ['a', 'b', 'c'].map((name) => `chat:${name}` as ChannelName);
    for (const name of names) await server.follow(name);
    const read = jest.spyOn(broker, 'read');
    jest.advanceTimersByTime(30_000);
    await turns();
    expect(read.mock.calls.map(([name]) => name).toSorted()).toEqual(names);
    server.close();
  });

  test('a place is read only when announcements after it are sure to come', async () => {
    const { broker, server } = relayUnderTest();
    let confirm = (): void => undefined;
    const confirmed = new Promise<void>((resolve) => {
      confirm = resolve;
    });
    jest.spyOn(broker, 'follow').mockReturnValueOnce(confirmed);
    const read = jest.spyOn(broker, 'read');
    const followed = server.follow(CHANNEL);
    await turns();
    expect(read).not.toHaveBeenCalled();
    confirm();
    expect(await followed).toMatchObject({ offset: genesis('', 0).offset });
    expect(read).toHaveBeenCalledTimes(1);
    server.close();
  });
});

describe('the state of the broker', () => {
  test('that the broker is lost is told at once', async () => {
    const { server, states } = relayUnderTest();
    server.readiness(false);
    await turns();
    expect(states).toEqual(['degraded']);
    server.close();
  });

  test('that all is well is told when what was missed has been read, and not before', async () => {
    const { broker, server, states, offsets, appendMany } = relayUnderTest();
    await server.follow(CHANNEL);
    await appendMany(2);
    const read = broker.read.bind(broker);
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    jest.spyOn(broker, 'read').mockImplementationOnce(async (...query) => {
      await answered;
      return read(...query);
    });
    server.readiness(true);
    await turns();
    expect(states).toEqual([]);
    answer();
    await eventually('told', () => states.length > 0, { deadlineMs: 2_000 });
    expect(states).toEqual(['ok']);
    expect(offsets()).toEqual([1, 2]);
    server.close();
  });

  test('that all is well is told though one channel cannot be read, which is tried on', async () => {
    const { broker, server, states, offsets, appendMany } = relayUnderTest();
    await server.follow(CHANNEL);
    const other = 'chat:other' as ChannelName;
    await server.follow(other);
    await appendMany(2);
    const readings = broker.read.bind(broker);
    const read = jest.spyOn(broker, 'read').mockImplementation(async (channel, query) => {
      if (channel === other) throw away;
      return readings(channel, query);
    });
    server.readiness(true);
    await eventually('told', () => states.length > 0, { deadlineMs: 2_000 });
    expect(states).toEqual(['ok']);
    expect(offsets()).toEqual([1, 2]);
    const tries = () => read.mock.calls.filter(([channel]) => channel === other).length;
    await eventually('tried again', () => tries() > 1, { deadlineMs: 2_000 });
    server.close();
  });
});
