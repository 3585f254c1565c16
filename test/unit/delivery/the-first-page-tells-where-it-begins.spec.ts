import { expect, jest, test } from '@jest/globals';
import { formatPosition } from '../../../src/broker/position.js';
import { firstPage } from '../../../src/delivery/first-page.js';
import { FollowedChannel } from '../../../src/delivery/followed-channel.js';
import { deliveryUnderTest, offsetsIn } from './delivery-under-test.js';
import { CHANNEL } from './outbox-under-test.js';

test('a rewind that is trimmed between two reads begins at what is left', async () => {
  const { broker, pages, appendMany, openSession, top } = deliveryUnderTest();
  await appendMany(5);
  const channel = new FollowedChannel(CHANNEL, await top());
  const read = broker.read.bind(broker);
  jest
    .spyOn(broker, 'read')
    .mockImplementationOnce(read)
    .mockImplementationOnce(read)
    .mockImplementationOnce(async (...query) => {
      await broker.purge(CHANNEL);
      return read(...query);
    });
  const query = { rewind: 3, withMessages: true };
  const { answer, reached } = await firstPage(pages, openSession().session, channel, query);
  expect(reached).toMatchObject({ offset: 5 });
  expect(offsetsIn(answer.messages)).toEqual([]);
  expect(answer).toMatchObject({ behind: 0, position: formatPosition(reached) });
});

test('what a resume cannot bring is told, with what is missing', async () => {
  const { pages, appendMany, openSession, top } = deliveryUnderTest();
  const since = await top();
  await appendMany(5, { size: 2 });
  const channel = new FollowedChannel(CHANNEL, await top());
  const query = { since, withMessages: true };
  const { answer, gap } = await firstPage(pages, openSession().session, channel, query);
  expect(gap).toMatchObject({ reason: 'trimmed', ranges: [[1, 3]], count: 3 });
  expect(offsetsIn(answer.messages)).toEqual([4, 5]);
});

test('what an answer leaves out is told right behind it', async () => {
  const { service, pages, append, openSession, top } = deliveryUnderTest();
  const since = await top();
  for (const ttlMs of [60_000, 1, 1]) await append({}, 1, { ttlMs });
  jest.spyOn(pages, 'now').mockReturnValue(Date.now() + 1_000);
  const { session, wire } = openSession();
  const joining = await service.prepare(session, CHANNEL, { since, withMessages: true });
  expect(wire.sent).toEqual([]);
  joining.begin();
  expect(wire.sent).toMatchObject([
    { event: 'skip', skip: { from: 2, to: 3, reason: 'expired', position: joining.position } },
  ]);
});

test('what has expired is not in an answer', async () => {
  const { pages, append, appendMany, openSession, top } = deliveryUnderTest();
  const since = await top();
  await append({}, 1, { ttlMs: 60_000 });
  await append({}, 1, { ttlMs: 1 });
  await appendMany(1);
  const channel = new FollowedChannel(CHANNEL, await top());
  jest.spyOn(pages, 'now').mockReturnValue(Date.now() + 1_000);
  const query = { since, withMessages: true };
  const { answer, reached } = await firstPage(pages, openSession().session, channel, query);
  expect(offsetsIn(answer.messages)).toEqual([1, 3]);
  expect(reached).toMatchObject({ offset: 3 });
});

test('what lies between what was trimmed and the last messages can still be asked for', async () => {
  const { pages, appendMany, openSession, top } = deliveryUnderTest();
  const since = await top();
  await appendMany(5, { size: 4 });
  const channel = new FollowedChannel(CHANNEL, await top());
  const gapAfter = async (rewind: number) => {
    const query = { since, rewind, withMessages: true };
    return (await firstPage(pages, openSession().session, channel, query)).gap;
  };
  expect(await gapAfter(2)).toMatchObject({ ranges: [[1, 3]], refill: true });
  expect(await gapAfter(4)).toMatchObject({ ranges: [[1, 1]], refill: false });
});

test('a channel that begins anew between the reads of a rewind is told so, without numbers', async () => {
  const { broker, pages, append, appendMany, openSession, top } = deliveryUnderTest();
  const since = await append();
  await appendMany(8, { size: 4 });
  const channel = new FollowedChannel(CHANNEL, await top());
  const another = deliveryUnderTest();
  await another.appendMany(2);
  const placeBeforeLast = pages.placeBeforeLast.bind(pages);
  jest.spyOn(pages, 'placeBeforeLast').mockImplementation((...asked) => {
    jest.spyOn(broker, 'read').mockImplementation((...query) => another.broker.read(...query));
    return placeBeforeLast(...asked);
  });
  const query = { since, rewind: 1, withMessages: true };
  const { answer, gap } = await firstPage(pages, openSession().session, channel, query);
  expect(gap).toMatchObject({ reason: 'epoch', ranges: null, count: null, refill: false });
  expect(offsetsIn(answer.messages)).toEqual([2]);
});

test('a resume begins where the position stands, and not at the top', async () => {
  const { pages, append, appendMany, openSession, top } = deliveryUnderTest();
  const since = await append();
  await appendMany(2);
  const channel = new FollowedChannel(CHANNEL, await top());
  const query = { since, withMessages: true };
  const { answer, gap } = await firstPage(pages, openSession().session, channel, query);
  expect(gap).toBeNull();
  expect(offsetsIn(answer.messages)).toEqual([2, 3]);
});

test('an answer ends before a tear, which is told by what follows', async () => {
  const { broker, pages, append, openSession, top } = deliveryUnderTest();
  const since = await top();
  const entries = [await append(), await append(), await append()];
  const channel = new FollowedChannel(CHANNEL, await top());
  const read = broker.read.bind(broker);
  jest.spyOn(broker, 'read').mockImplementation(async (...query) => {
    const page = await read(...query);
    return {
      ...page,
      entries: page.entries.map((entry) =>
        entry.offset === entries[1]?.offset ? { ...entry, kind: 't' as const } : entry,
      ),
    };
  });
  const query = { since, withMessages: true };
  const { answer, reached } = await firstPage(pages, openSession().session, channel, query);
  expect(offsetsIn(answer.messages)).toEqual([1]);
  expect(answer).toMatchObject({ behind: 2, position: formatPosition(reached) });
  expect(reached).toMatchObject({ offset: 1 });
});

test.each([
  ['a resume', { size: 1_000 }, {}],
  ['a resume that cannot be continued', { size: 2 }, {}],
  ['a rewind behind what is missing', { size: 2 }, { rewind: 1 }],
])(
  '%s without messages in its answer reads none, and begins at the same place',
  async (_what, rules, more) => {
    const { broker, pages, appendMany, openSession, top } = deliveryUnderTest();
    const since = await top();
    await appendMany(5, rules);
    const channel = new FollowedChannel(CHANNEL, await top());
    const ask = (withMessages: boolean) =>
      firstPage(pages, openSession().session, channel, { since, ...more, withMessages });
    const whole = await ask(true);
    const read = jest.spyOn(broker, 'read');
    const start = await ask(false);
    const after = read.mock.calls.filter(([, { from }]) => from !== 'top' && 'after' in from);
    expect(after.length).toBeGreaterThan(0);
    for (const [, { limit }] of after) expect(limit).toBe(0);
    const { gap, continuity, replayTo } = whole;
    expect(start).toMatchObject({ gap, continuity, replayTo, skipped: [], broadcasts: [] });
    expect(start.answer.messages).toEqual([]);
    const behind = whole.answer.behind + offsetsIn(whole.answer.messages).length;
    expect(start.answer).toMatchObject({ epoch: whole.answer.epoch, behind });
    expect(start.answer.position).toBe(formatPosition(start.reached));
    expect(start.reached.offset).toBe(5 - behind);
  },
);
