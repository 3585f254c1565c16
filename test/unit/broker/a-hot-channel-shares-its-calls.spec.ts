import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { Gathering } from '../../../src/broker/redis/gathering.js';
import { HotChannels } from '../../../src/broker/redis/hot-channels.js';

const WINDOW_MS = 5;
const HOT = 'chat:hot' as ChannelName;

let clock: number;
let released: string[];
let channels: HotChannels<string>;

beforeEach(() => {
  jest.useFakeTimers();
  clock = 1_000;
  released = [];
  channels = new HotChannels({
    windowMs: WINDOW_MS,
    now: () => clock,
    release: (items) => {
      released.push(items.join(' '));
      channels.callEnds();
    },
  });
});

afterEach(() => {
  jest.useRealTimers();
});

function pass(ms: number): void {
  clock += ms;
  jest.advanceTimersByTime(ms);
}

/** What was published, each in a turn of its own; `+` where it went at once. */
function publish(item: string, isUrgent = false, channel = HOT): string {
  const isHeld = channels.holds(channel, item, isUrgent);
  channels.callEnds();
  return isHeld ? item : `+${item}`;
}

describe('a channel that is published to', () => {
  test('now and then holds nothing', () => {
    const all = ['a', 'b', 'c'].map((item) => {
      pass(WINDOW_MS);
      return publish(item);
    });
    expect(all).toEqual(['+a', '+b', '+c']);
  });

  test('without pause holds what comes in the wake of a call, with all that comes within its window', () => {
    expect(publish('a')).toBe('+a');
    pass(2);
    expect(publish('b')).toBe('b');
    pass(2);
    expect(publish('c')).toBe('c');
    pass(2);
    expect(publish('d')).toBe('d');
    expect(released).toEqual([]);
    pass(1);
    expect(released).toEqual(['b c d']);
    pass(1);
    expect(publish('e')).toBe('e');
    pass(4);
    expect(released).toEqual(['b c d']);
    pass(1);
    expect(released).toEqual(['b c d', 'e']);
  });

  test('at an even pace goes on being held', () => {
    publish('first');
    const all = Array.from({ length: 60 }, (_, number) => {
      pass(2);
      return publish(String(number));
    });
    expect(all.filter((item) => item.startsWith('+'))).toEqual([]);
    expect(new Set(released.map((items) => items.split(' ').length))).toEqual(new Set([3]));
  });

  test('in one turn sends the whole burst together', () => {
    const burst = ['a', 'b', 'c'].map((item) => channels.holds(HOT, item, false));
    expect(burst).toEqual([false, false, false]);
  });

  test('urgently takes along what is held, in its order', () => {
    publish('a');
    publish('b');
    expect(publish('now', true)).toBe('now');
    expect(released).toEqual(['b now']);
    pass(WINDOW_MS);
    expect(released).toEqual(['b now']);
  });

  test('urgently while nothing is held goes at once', () => {
    publish('a');
    expect(publish('now', true)).toBe('+now');
  });

  test('by very many holds 32 of them at most', () => {
    publish('first');
    for (let count = 0; count < 32; count += 1) publish(String(count));
    expect(released.map((items) => items.split(' ').length)).toEqual([32]);
  });

  test('holds nothing of its neighbours', () => {
    publish('a');
    expect(publish('b', false, 'chat:cold' as ChannelName)).toBe('+b');
  });

  test.each([1, 2, 5])(
    'by %i who await each answer is let alone after five tries',
    (publishers) => {
      let held = 0;
      for (let round = 0; round < 40; round += 1) {
        // They are all back together, soon after their answers.
        pass(1);
        const turn = Array.from({ length: publishers }, (_, index) =>
          channels.holds(HOT, `${round}.${index}`, false),
        );
        if (turn.every(Boolean)) {
          held += 1;
          pass(WINDOW_MS);
        } else {
          channels.callEnds();
        }
      }
      expect(held).toBe(5);
    },
  );

  test('is not held at all when there is no window', () => {
    const none = new HotChannels({ windowMs: 0, now: () => clock, release: () => undefined });
    expect([none.holds(HOT, 'a', false), none.holds(HOT, 'b', false)]).toEqual([false, false]);
  });
});

test('holding is tried again after a rest', () => {
  const gathering = new Gathering(WINDOW_MS, 2);
  let now = 0;
  for (let count = 0; count < 5; count += 1) gathering.sentHeld((now += 1), 1, now);
  expect(gathering.room(now + 1)).toBe(0);
  for (let count = 0; count < 64; count += 1) gathering.sentAtOnce((now += 1));
  expect(gathering.room(now + 1)).toBe(WINDOW_MS - 1);
});

test('what gathered enough goes on being held', () => {
  const gathering = new Gathering(WINDOW_MS, 2);
  let now = 0;
  for (const count of [1, 1, 1, 1, 2, 1, 1, 1, 1, 3]) {
    gathering.sentHeld((now += WINDOW_MS), count, now - 1);
  }
  expect(gathering.room(now + 2)).toBe(3);
});
