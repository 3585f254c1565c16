import { describe, expect, test } from '@jest/globals';
import type { ChannelLog, Violation } from '../src/verify/checker.js';
import type { Event, Fact } from '../src/verify/history.js';
import { judge } from '../src/verify/judge.js';
import {
  channel,
  delivered,
  delivery,
  epoch,
  found,
  gap,
  invoke,
  log,
  ok,
  published,
  reader,
  skip,
} from './support/small-history.js';

const other = 'r2';
const five = published(1, 2, 3, 4, 5);
const kept = log(1, 2, 3, 4, 5);
const now: ChannelLog = { ...log(), epoch: 'e2' };

describe('that a store lost its history, told of a place where the reader never stood,', () => {
  test('is no excuse, be it of an invented epoch or above all that there was', () => {
    const before = [...five, ...delivered(1, 2)];
    const away = gap('epoch', ['eX', 2], [epoch, 5], null);
    expect(broken([...before, away], kept)).toEqual(['I1', 'I6']);
    const above = gap('rewound', [epoch, 99], [epoch, 5], null);
    expect(broken([...before, above], kept)).toEqual(['I1', 'I6']);
  });

  test('does not cover that the whole log comes twice', () => {
    const all = [...five, ...delivered(1, 2, 3, 4, 5)];
    const above = gap('rewound', [epoch, 99], [epoch, 2], null);
    expect(broken([...all, above, ...delivered(3, 4, 5)], kept)).toEqual(['I6']);
    const away = gap('epoch', ['eX', 5], [epoch, 0], null);
    expect(broken([...all, away, ...delivered(1, 2, 3, 4, 5)], kept)).toEqual(['I6']);
  });

  test('does not excuse others from what the store was to keep', () => {
    const away = gap('epoch', ['eX', 2], [epoch, 5], null);
    const theirs = [1, 2, 3, 4, 5].map((n) => delivery(n, { reader: other }));
    const twice = [...five, ...delivered(1, 2), away, ...theirs, ok('m5', 9)];
    expect(broken(twice, kept, { readers: [reader, other] })).toContain('I7');
  });

  test('is no excuse of an epoch that it had left, nor of the start of another one', () => {
    const left = gap('epoch', [epoch, 1], ['e2', 0], null);
    const again = gap('epoch', [epoch, 1], ['e2', 0], null);
    const lost = [...published(1), ...delivered(1), left];
    expect(broken(lost, now)).toEqual([]);
    expect(broken([...lost, again], now)).toEqual(['I6']);
    const start = gap('epoch', ['eX', 0], [epoch, 0], null);
    expect(broken([...five, ...delivered(1, 2), start, ...delivered(1, 2, 3, 4, 5)], kept)).toEqual(
      ['I6'],
    );
  });

  test('is no excuse for an SDK either, whose places nobody was given', () => {
    const before = [...five, ...delivered(1, 2)];
    const lies = [
      gap('epoch', ['eX', 2], [epoch, 5], null),
      gap('rewound', [epoch, 99], [epoch, 5], null),
      gap('epoch', ['eX', 0], [epoch, 5], null),
    ];
    for (const lie of lies) {
      expect(broken([...before, lie], kept, { hidesRepeats: true })).toEqual(['I1', 'I6']);
    }
    const first = gap('epoch', ['eX', 7], [epoch, 5], null);
    expect(broken([...five, first], kept, { hidesRepeats: true })).toEqual(['I1', 'I6']);
  });
});

describe('that a store lost its history is believed', () => {
  const lost = (...events: Event[]) => broken([...published(1), ...events], now);
  const toNow = (after: [string, number]) => gap('epoch', after, ['e2', 0], null);

  test('of every place that was given: in an answer, with a message, a skip or a gap', () => {
    const given = { kind: 'position', reader, channel, place: { epoch, offset: 1 } } as const;
    expect(lost(...delivered(1), given, toNow([epoch, 1]))).toEqual([]);
    expect(lost(delivery(1, { isSafe: true }), toNow([epoch, 1]))).toEqual([]);
    const over = gap('overflow', [epoch, 0], [epoch, 1], [[1, 1]]);
    expect(lost(over, toNow([epoch, 1]))).toEqual([]);
    const mark = gap('rewound', [epoch, 1], [epoch, 3], [[2, 3]]);
    const behind = [...published(1), ...invoke(2), ok('m2', 2), ...delivered(1), mark];
    expect(broken([...behind, toNow([epoch, 3])], now)).toEqual([]);
  });

  test('of a lower place of the same stretch, behind which nothing had been told yet', () => {
    expect(lost(...delivered(1), toNow([epoch, 0]))).toEqual([]);
  });

  test('several times in a row, each from where the one before led to', () => {
    const there = [...invoke(2), { ...ok('m2', 1), epoch: 'e3' }];
    const through = gap('epoch', [epoch, 1], ['e3', 0], null);
    expect(lost(...delivered(1), ...there, through, toNow(['e3', 0]))).toEqual([]);
  });

  test('of the start of a channel that nobody had anything of yet, from which nothing follows', () => {
    const genesis: Event = { kind: 'position', reader, channel, place: { epoch: 'g', offset: 0 } };
    const begun = gap('epoch', ['g', 0], [epoch, 0], null);
    const all = [...five, ...delivered(1, 2, 3, 4, 5)];
    expect(broken([genesis, begun, ...all], kept)).toEqual([]);
    expect(broken([begun, ...all], kept, { hidesRepeats: true })).toEqual([]);
    // A month later it has another name, and is the same place.
    expect(broken([genesis, ...all], kept)).toEqual([]);
    // The store is still held to what it keeps.
    expect(broken([genesis, begun, ...all, ok('m5', 9)], kept)).toEqual(['I4', 'I7']);
    const past = gap('epoch', ['g', 0], [epoch, 2], null);
    expect(broken([genesis, ...five, past, ...delivered(3, 4, 5)], kept)).toEqual(['I1']);
    const trimmed = { ...log(3, 4, 5), floor: 2 };
    expect(broken([genesis, ...five, past, ...delivered(3, 4, 5)], trimmed)).toEqual([]);
  });

  test('of an SDK that keeps repeats to itself, as far as anybody came', () => {
    const far = [1, 2, 3].map((n) => delivery(n, { reader: other }));
    const first = gap('rewound', [epoch, 3], [epoch, 1], null);
    // What it was shown before came again in vain, and led it on to 3.
    const second = gap('rewound', [epoch, 3], [epoch, 0], null);
    const theirs = ([to]: [number]) => gap('rewound', [epoch, 3], [epoch, to], null, other);
    const events = [
      ...[...published(1, 2, 3), ...far, ...delivered(1, 2, 3)],
      ...[first, theirs([1]), second, theirs([0])],
    ];
    const options = { hidesRepeats: true, readers: [reader, other] };
    expect(broken(events, log(), options)).toEqual([]);
    expect(broken(events, log(), { readers: [reader, other] })).toEqual(['I6']);
  });

  test('of an SDK among broadcasts, of whose copies it shows and tells nothing', () => {
    const copy: Event = { kind: 'broadcast', id: 'b', channels: [channel, 'chat:b'], hash: 'hb' };
    const had = delivery(1, { id: 'b', hash: 'hb', channel: 'chat:b' });
    const events = [copy, had, ...published(1), ...delivered(1)];
    const rewound = gap('rewound', [epoch, 2], [epoch, 1], null);
    const judged = (events: readonly Event[], hidesRepeats: boolean) =>
      found(events, log(1), {
        keepsStore: false,
        readers: [{ reader, channel, hidesRepeats }],
      });
    expect(judged([...events, rewound], true)).toEqual([]);
    expect(judged([...events, skip(2, 'duplicate'), rewound], false)).toEqual([]);
    expect(judged([...events, rewound], false)).toEqual(['I6']);
  });
});

function broken(
  events: readonly Event[],
  inTheEnd: ChannelLog,
  { readers = [reader], hidesRepeats = false } = {},
): Violation['invariant'][] {
  const judgement = judge({
    facts: events.map((event, index): Fact => ({ ...event, at: index + 1 })),
    logs: [inTheEnd],
    channels: [channel],
    readers: readers.map((name) => ({ reader: name, channel, hidesRepeats })),
    ...{ stuck: [], cutOff: null },
  });
  return [...new Set(judgement.violations.map(({ invariant }) => invariant))].sort();
}
