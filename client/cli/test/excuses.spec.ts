import { describe, expect, test } from '@jest/globals';
import type { ChannelLog } from '../src/verify/checker.js';
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
  record,
  sent,
  skip,
} from './support/small-history.js';

const lost = { keepsStore: false };
const other = 'r2';
const both = {
  keepsStore: false,
  readers: [reader, other].map((name) => ({ reader: name, channel, hidesRepeats: false })),
};
/** Back to the first message, with the second and third read. */
const rewound = gap('rewound', [epoch, 3], [epoch, 1], null);
const three = [...published(1, 2, 3), ...delivered(1, 2, 3)];

describe('that a store lost its history', () => {
  test('is no excuse where the store has all that was there', () => {
    const lied = [...three, rewound, ...delivered(2, 3)];
    expect(found(lied, log(1, 2, 3), lost)).toEqual(['I6']);
    const anew = [...three, gap('epoch', [epoch, 3], [epoch, 0], null), ...delivered(1, 2, 3)];
    expect(found(anew, log(1, 2, 3), lost)).toEqual(['I6']);
  });

  test('is no excuse where nothing takes from the store what it had', () => {
    const events = [...published(1), ...delivered(1), ...sent(2), delivery(2)];
    const told = [...events, gap('rewound', [epoch, 2], [epoch, 1], null)];
    expect(found(told, log(1))).toContain('I6');
    expect(found(told, log(1), lost)).toEqual([]);
  });

  test('is proved by an acknowledged place that the log has no more', () => {
    const tail = [...published(1, 2), ...delivered(1)];
    expect(found([...tail, gap('rewound', [epoch, 1], [epoch, 1], null)], log(1), lost)).toEqual(
      [],
    );
  });

  test('is proved by another message in a place that was acknowledged', () => {
    const entries = [record(1, 'm1'), record(2, 'm4')];
    const now: ChannelLog = { channel, epoch, floor: 0, entries };
    const events = [...published(1, 2), ...delivered(1, 2), ...invoke(4), ok('m4', 2)];
    const told = gap('rewound', [epoch, 2], [epoch, 1], null);
    expect(found([...events, told, delivery(2, { id: 'm4' })], now, lost)).toEqual([]);
  });

  test('is proved by the same message in its place, if it was stored there at another time', () => {
    const events = [...published(1), ...invoke(2), ...delivered(1)];
    const told = gap('rewound', [epoch, 2], [epoch, 1], null);
    const again = (storedAtMs: number) => {
      const came = [delivery(2, { storedAtMs: 20 }), told, delivery(2, { storedAtMs })];
      const entries = [record(1, 'm1'), { ...record(2, 'm2'), storedAtMs }];
      return found([...events, ...came, ok('m2', 2)], { ...log(1), entries }, lost);
    };
    expect(again(21)).toEqual([]);
    expect(again(20)).toEqual(['I6']);
  });

  test('is proved by what another reader had in a place that the log has no more', () => {
    const theirs = delivery(2, { reader: other });
    const events = [...published(1), ...sent(2), ...delivered(1), delivery(1, { reader: other })];
    const told = gap('rewound', [epoch, 1], [epoch, 1], null);
    const theirGap = gap('rewound', [epoch, 2], [epoch, 1], null, other);
    expect(found([...events, theirs, told, theirGap], log(1), both)).toEqual([]);
    expect(found([...events, told], log(1), both)).toEqual(['I6']);
  });

  test('is proved by a reader that stood where the log does not reach', () => {
    const events = [...published(1), ...delivered(1), skip(2, 'duplicate')];
    const told = gap('rewound', [epoch, 2], [epoch, 1], null);
    const settled: Event = {
      kind: 'broadcast',
      id: 'b',
      channels: [channel, 'chat:b'],
      hash: 'hb',
    };
    const hadIt = delivery(1, { id: 'b', hash: 'hb', channel: 'chat:b' });
    expect(found([settled, hadIt, ...events, told], log(1), lost)).toEqual([]);
  });

  test('is proved by a place without a message, as the mark of a lost tail is one', () => {
    const told = gap('rewound', [epoch, 1], [epoch, 2], null);
    const events = [...published(1), ...delivered(1), told, ...published(3), ...delivered(3)];
    expect(found(events, log(1, 3), lost)).toEqual([]);
  });

  test('is not proved by what was sent only after the reader was told', () => {
    const after = gap('rewound', [epoch, 4], [epoch, 3], null);
    const later = [...published(4), ...delivered(4), after];
    expect(found([...three, ...later], log(1, 2, 3), lost)).toEqual([]);
    const lied = [...three, rewound, ...delivered(2, 3), ...later];
    expect(found(lied, log(1, 2, 3), lost)).toEqual(['I6']);
  });

  test('is not proved by what lies below the place that the reader was led back to', () => {
    const entries = [record(1, 'm4'), record(2, 'm2'), record(3, 'm3')];
    const now: ChannelLog = { channel, epoch, floor: 0, entries };
    const before = [...three, ...invoke(4), ok('m4', 1)];
    const toStart = gap('rewound', [epoch, 3], [epoch, 0], null);
    const all = [...before, toStart, delivery(1, { id: 'm4' }), ...delivered(2, 3)];
    expect(found(all, now, lost)).not.toContain('I6');
    expect(found([...before, rewound, ...delivered(2, 3)], now, lost)).toContain('I6');
  });

  test('is proved below the floor by two messages that were seen in one place, or by one that nobody saw', () => {
    const trimmed: ChannelLog = { channel, epoch, floor: 3, entries: [] };
    expect(found([...three, rewound, ...delivered(2, 3)], trimmed, lost)).toEqual(['I6']);
    const again = [...invoke(4), ok('m4', 2), delivery(2, { id: 'm4' }), ...delivered(3)];
    expect(found([...three, rewound, ...again], trimmed, lost)).not.toContain('I6');
    const holed = gap('rewound', [epoch, 1], [epoch, 2], null);
    const passed = [...published(1), ...delivered(1), holed, ...published(3), ...delivered(3)];
    expect(found(passed, trimmed, lost)).toEqual([]);
  });

  test('is proved by the epoch of the log, and by an answer out of an epoch that came and went', () => {
    const events = [...published(1), ...delivered(1)];
    const away = gap('epoch', [epoch, 1], ['e2', 0], null);
    const now: ChannelLog = { channel, epoch: 'e2', floor: 0, entries: [] };
    expect(found([...events, away], now, lost)).toEqual([]);
    const back = [away, gap('epoch', ['e2', 0], [epoch, 0], null), ...delivered(1)];
    expect(found([...events, ...back], log(1), lost)).toEqual(['I6']);
    const there = [...invoke(2), { ...ok('m2', 1), epoch: 'e2' }];
    expect(found([...events, ...there, ...back], log(1), lost)).toEqual([]);
  });

  test('leaves out nothing that the log has in the end, whoever else lost something', () => {
    const theirs = [1, 2, 3, 4].map((n) => delivery(n, { reader: other }));
    const theirGap = gap('rewound', [epoch, 4], [epoch, 3], null, other);
    const events = [...published(1, 2, 3), ...sent(4), ...theirs, theirGap, ...delivered(1)];
    const over = gap('rewound', [epoch, 1], [epoch, 3], null);
    expect(found([...events, over], log(1, 2, 3), both)).toEqual(['I1']);
    const marked = gap('rewound', [epoch, 1], [epoch, 3], [[2, 3]]);
    expect(found([...events, marked], log(1, 2, 3), both)).toEqual(['I1']);
    // A second loss: what was told as lost came back as another one, and the reader was led to it.
    const back = gap('rewound', [epoch, 3], [epoch, 1], null);
    expect(found([...events, marked, back, ...delivered(2, 3)], log(1, 2, 3), both)).toEqual([]);
    expect(
      found(
        [...events, ...delivered(2, 3), gap('rewound', [epoch, 3], [epoch, 4], [[4, 4]])],
        log(1, 2, 3),
        both,
      ),
    ).toEqual([]);
  });

  test('leaves out nothing of a history that is the one there is after all', () => {
    const away = gap('epoch', [epoch, 1], ['e2', 0], null);
    const there = [...invoke(9), { ...ok('m9', 1), epoch: 'e2' }];
    const events = [...published(1, 2, 3), ...delivered(1), ...there, away];
    const back = gap('epoch', ['e2', 0], [epoch, 0], null);
    expect(found([...events, back, ...delivered(1, 2, 3)], log(1, 2, 3), lost)).toEqual([]);
    expect(found([...events, back, ...delivered(1, 2)], log(1, 2, 3), lost)).toEqual(['I1']);
    expect(found(events, log(1, 2, 3), lost)).toEqual(['I1']);
  });
});

describe('a run in which a reader was told of another history', () => {
  const judged = (events: readonly Event[], logs: readonly ChannelLog[] | null) =>
    judge({
      facts: events.map((event, index): Fact => ({ ...event, at: index + 1 })),
      channels: [channel],
      readers: [{ reader, channel, hidesRepeats: false }],
      ...{ logs, stuck: [], cutOff: logs === null ? 'nobody answers' : null },
    });

  test('is broken where the store lost nothing', () => {
    const events = [...three, rewound, ...delivered(2, 3)];
    expect(judged(events, [log(1, 2, 3)])).toMatchObject({
      verdict: 'violated',
      violations: [{ invariant: 'I6', reader }],
      told: { lostByStore: 0 },
    });
  });

  test('is held where the store lost what it had acknowledged', () => {
    expect(judged([...three, rewound], [log(1)])).toMatchObject({
      ...{ verdict: 'held', violations: [], told: { lostByStore: 2 } },
    });
  });

  test('has no verdict where the log could not be read', () => {
    expect(judged([...three, rewound], null)).toMatchObject({
      ...{ verdict: 'undecided', violations: [] },
    });
  });
});
