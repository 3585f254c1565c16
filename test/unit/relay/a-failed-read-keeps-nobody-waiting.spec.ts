import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Broker, LogPage } from '../../../src/broker/broker.port.js';
import { genesis } from '../../../src/broker/position.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { FollowedLog } from '../../../src/relay/followed-log.js';
import { LogReader } from '../../../src/relay/log-reader.js';
import { turns } from '../delivery/delivery-under-test.js';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
});

afterEach(() => {
  jest.useRealTimers();
});

const START = genesis('0123456789abcdef', 0);
const NOTHING_NEW: LogPage = {
  facts: {
    ...{ epoch: START.epoch, top: START, floor: START, purgedTo: 0 },
    ...{ messages: 0, bytes: 0, oldestAt: null },
  },
  ...{ continuity: 'continued', resumeAt: START, entries: [], more: false },
};
const away = new CarillonError('unavailable', 'The shard is away. Try again.');

function logOf(name: string): FollowedLog {
  const log = new FollowedLog(`chat:${name}` as ChannelName);
  log.startAt(START);
  return log;
}

/** A reader whose broker lacks the channels that begin with `away`; their reads end when the test says so. */
function readerUnderTest() {
  const reads: { readonly channel: string; readonly at: number }[] = [];
  const under: { answer(page: LogPage): void; refuse(error: unknown): void }[] = [];
  const state = { isAway: true };
  const broker: Pick<Broker, 'read' | 'fence' | 'isReady'> = {
    isReady: (channel) => !(state.isAway && channel?.startsWith('chat:away')),
    fence: async () => null,
    read: (channel) => {
      reads.push({ channel, at: Date.now() });
      if (!channel.startsWith('chat:away') || !state.isAway) return Promise.resolve(NOTHING_NEW);
      return new Promise((answer, refuse) => under.push({ answer, refuse }));
    },
  };
  const reader = new LogReader(broker, {
    isWanted: () => true,
    read: () => ({ mustRead: false }),
    fenced: () => undefined,
  });
  const failAll = async () => {
    for (const { refuse } of under.splice(0)) refuse(away);
    await turns();
  };
  const answerAll = async () => {
    for (const { answer } of under.splice(0)) answer(NOTHING_NEW);
    await turns();
  };
  const readsOf = (log: FollowedLog) => reads.filter(({ channel }) => channel === log.channel);
  return { reader, state, failAll, answerAll, readsOf, reads };
}

const manyAway = Array.from({ length: 200 }, (_, index) => logOf(`away${index}`));

describe('while a shard is away', () => {
  test('a channel that is heard is read at once, however many others are waited for', async () => {
    const { reader, readsOf, reads } = readerUnderTest();
    for (const log of manyAway) reader.ask(log);
    const log = logOf('heard');
    reader.ask(log);
    await turns();
    expect(readsOf(log)).toHaveLength(1);
    expect(reads).toHaveLength(9);
  });

  test('each of its channels is tried in turn', async () => {
    const { reader, reads, failAll } = readerUnderTest();
    for (const log of manyAway) reader.ask(log);
    for (let round = 0; round < 25; round += 1) await failAll();
    expect(new Set(reads.map(({ channel }) => channel)).size).toBe(200);
  });
});

describe('a channel whose read failed', () => {
  test('comes again after pauses that grow to a bound, and never at once', async () => {
    const { reader, readsOf, failAll } = readerUnderTest();
    const log = logOf('away');
    reader.ask(log);
    for (let step = 0; step < 400; step += 1) {
      await failAll();
      jest.advanceTimersByTime(100);
    }
    const at = readsOf(log).map((read) => read.at);
    const pauses = at.slice(1).map((one, index) => one - (at[index] ?? 0));
    for (const [index, pause] of pauses.entries()) {
      const longest = Math.min(5_000, 200 * 2 ** index);
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
      expect(pause).toBeLessThanOrEqual(longest + 100);
    }
    expect(pauses.length).toBeGreaterThan(8);
  });

  test('is not read sooner because something else is announced', async () => {
    const { reader, readsOf, failAll } = readerUnderTest();
    const log = logOf('away');
    reader.ask(log);
    await failAll();
    reader.ask(log);
    await turns();
    expect(readsOf(log)).toHaveLength(1);
    jest.advanceTimersByTime(200);
    expect(readsOf(log)).toHaveLength(2);
  });

  test('is read at once when it may be there again', async () => {
    const { reader, state, readsOf, failAll } = readerUnderTest();
    const log = logOf('away');
    reader.ask(log);
    await failAll();
    state.isAway = false;
    reader.askAnew(log);
    await turns();
    expect(readsOf(log)).toHaveLength(2);
    jest.advanceTimersByTime(10_000);
    expect(readsOf(log)).toHaveLength(2);
  });
});

describe('all has been looked at', () => {
  test('when each channel was read or could not be', async () => {
    const { reader, failAll } = readerUnderTest();
    for (const log of [logOf('heard'), logOf('away')]) reader.askAnew(log);
    const looked = jest.fn();
    void reader.looked().then(looked);
    await turns();
    expect(looked).not.toHaveBeenCalled();
    await failAll();
    expect(looked).toHaveBeenCalledTimes(1);
  });

  test('by reads that began after it was asked for', async () => {
    const { reader, answerAll, readsOf } = readerUnderTest();
    const log = logOf('away');
    reader.ask(log);
    reader.askAnew(log);
    const looked = jest.fn();
    void reader.looked().then(looked);
    await answerAll();
    expect(readsOf(log)).toHaveLength(2);
    expect(looked).not.toHaveBeenCalled();
    await answerAll();
    expect(looked).toHaveBeenCalledTimes(1);
  });
});
