import { describe, expect, test } from '@jest/globals';
import type { ChannelLog } from '../src/verify/checker.js';
import type { Event } from '../src/verify/history.js';
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
  overflow,
  publisher,
  published,
  reader,
  record,
  sent,
  skip,
} from './support/small-history.js';

describe('the checker', () => {
  test('says nothing of a history in which everything is as it should be', () => {
    expect(found([...published(1, 2, 3), ...delivered(1, 2, 3)], log(1, 2, 3))).toEqual([]);
  });

  test('says nothing of what overtook, of skips and of gaps that were told', () => {
    const events = [
      ...published(1, 2, 4, 5),
      invoke(3, 'high'),
      ok('m3', 3),
      ...delivered(1),
      delivery(3, { priority: 'high' }),
      delivery(2),
      skip(3, 'duplicate'),
      gap('overflow', [epoch, 3], [epoch, 5], [[4, 5]]),
    ].flat();
    expect(found(events, log(1, 2, 3, 4, 5))).toEqual([]);
  });

  test('finds a message that was acknowledged and never came', () => {
    expect(found([...published(1, 2), ...delivered(1)], log(1, 2))).toEqual(['I1']);
  });

  test('finds a message that was acknowledged, is in no log and never came', () => {
    expect(found([...published(1, 2), ...delivered(1)], log(1))).toEqual(['I1', 'I4']);
  });

  test('finds a message that came twice', () => {
    expect(found([...published(1), ...delivered(1, 1)], log(1))).toEqual(['I2']);
  });

  test('finds a message that came twice under two offsets', () => {
    const events = [...published(1), ...delivered(1), delivery(2, { id: 'm1' })];
    expect(found(events, log(1))).toEqual(['I2', 'I4', 'I7']);
  });

  test('finds messages of one priority out of order', () => {
    expect(found([...published(1, 2), ...delivered(2, 1)], log(1, 2))).toEqual(['I3']);
  });

  test('finds a publisher whose messages stand in another order than it sent them', () => {
    const events = [invoke(1), invoke(2), ok('m2', 1), ok('m1', 2)].flat();
    const entries = [record(1, 'm2'), record(2, 'm1')];
    const all = [...events, delivery(1, { id: 'm2' }), delivery(2, { id: 'm1' })];
    expect(found(all, { channel, epoch, floor: 0, entries })).toEqual(['I3']);
  });

  test('finds two messages in one place', () => {
    const events = [...published(1, 2), ...delivered(1), delivery(2, { id: 'm3' }), ...sent(3)];
    expect(found(events, log(1, 2))).toContain('I4');
  });

  test('finds a reader of a history that is not the one there is, when it was not told', () => {
    const events = [...published(1), ...delivered(1)];
    const now: ChannelLog = { channel, epoch: 'e2', floor: 0, entries: [] };
    expect(found(events, now, { keepsStore: false })).toEqual(['I4']);
    const told = [...events, gap('epoch', [epoch, 1], ['e2', 0], null)];
    expect(found(told, now, { keepsStore: false })).toEqual([]);
  });

  test('finds what was never published', () => {
    expect(found(delivered(1), log(1))).toEqual(['I5']);
  });

  test('finds what came though its publish had failed', () => {
    const failed: Event = { kind: 'fail', publisher, channel, id: 'm1', code: 'forbidden' };
    expect(found([...invoke(1), failed, ...delivered(1)], log(1))).toEqual(['I5']);
  });

  test('finds a payload that was changed on the way', () => {
    const events = [...published(1), delivery(1, { hash: 'other' })];
    expect(found(events, log(1))).toEqual(['I4', 'I5']);
  });

  test('finds a place that was passed over without a word', () => {
    expect(found([...published(1, 3), ...delivered(1, 3)], log(1, 3))).toEqual(['I6']);
  });

  test('finds a new epoch that nobody told of', () => {
    const events = [
      ...published(1),
      ...delivered(1),
      ...sent(2),
      delivery(1, { id: 'm2', epoch: 'e2' }),
    ];
    const now: ChannelLog = { channel, epoch: 'e2', floor: 0, entries: [record(1, 'm2')] };
    expect(found(events, now, { keepsStore: false })).toContain('I6');
  });

  test('finds an id that was stored twice', () => {
    const events = [...published(1), ok('m1', 2), ...delivered(1), overflow(2)];
    const entries = [record(1, 'm1'), record(2, 'm1')];
    expect(found(events, { channel, epoch, floor: 0, entries })).toEqual(['I7']);
  });

  test('finds a loss that the store caused and nobody told of', () => {
    const events = [...published(1, 2), ...delivered(1)];
    expect(found(events, log(1), { keepsStore: false })).toEqual(['I1']);
    const told = [...events, gap('rewound', [epoch, 1], [epoch, 1], null)];
    expect(found(told, log(1), { keepsStore: false })).toEqual([]);
  });

  test('finds a loss that nobody told of after another one had been told', () => {
    const events = [
      ...published(1),
      ...delivered(1),
      gap('epoch', [epoch, 1], ['e2', 0], null),
      ...invoke(2),
      { ...ok('m2', 1), epoch: 'e2' },
    ];
    const now: ChannelLog = { channel, epoch: 'e3', floor: 0, entries: [] };
    expect(found(events, now, { keepsStore: false })).toContain('I1');
  });

  test('finds a message that was for the reader and was told not to be', () => {
    const events = [...published(1, 2), ...delivered(1)];
    for (const reason of ['own', 'excluded', 'expired', 'duplicate']) {
      expect(found([...events, skip(2, reason)], log(1, 2))).toEqual(['I1', 'I6']);
    }
  });

  test('finds a message that was told to be gone and is in the log', () => {
    const events = [
      ...published(1, 2),
      ...delivered(1),
      gap('trimmed', [epoch, 1], [epoch, 2], [[2, 2]]),
    ];
    expect(found(events, log(1, 2))).toEqual(['I1', 'I6']);
    expect(found(events, { channel, epoch, floor: 2, entries: [] })).toEqual([]);
  });

  test('finds a message that was told to be gone beside what is, and is in the log', () => {
    const all = published(1, 2, 3, 4, 5);
    const kept = { ...log(3, 4, 5), floor: 2 };
    const beyond = gap('trimmed', [epoch, 0], [epoch, 2], [[1, 5]]);
    expect(found([...all, beyond], kept)).toEqual(['I1', 'I6']);
    const gone = gap('trimmed', [epoch, 0], [epoch, 2], [[1, 2]]);
    expect(found([...all, gone, ...delivered(3, 4, 5)], kept)).toEqual([]);
    const backwards = gap('purged', [epoch, 2], [epoch, 0], [[3, 5]]);
    expect(found([...all, ...delivered(1, 2), backwards], log(1, 2, 3, 4, 5))).toEqual([
      ...['I1', 'I6'],
    ]);
  });

  test('finds a gap whose reason is none, and takes it for no excuse', () => {
    const events = [
      ...published(1, 2, 3),
      ...delivered(1),
      gap('tired', [epoch, 1], [epoch, 2], [[2, 2]]),
      ...delivered(3),
    ];
    expect(found(events, log(1, 2, 3))).toEqual(['I1', 'I6']);
  });

  test('finds a place that was passed over after a rewind, unless a reader that hides repeats had its very message there before', () => {
    const lost = gap('rewound', [epoch, 2], [epoch, 1], null);
    const sdk = { keepsStore: false, readers: [{ reader, channel, hidesRepeats: true }] };
    const came = [...delivered(1), delivery(2, { storedAtMs: 20 }), lost, ...delivered(3)];
    const before = [...published(1, 2, 3), ...came];
    const second = { ...record(2, 'm2'), storedAtMs: 30 };
    const retried = { ...log(1), entries: [record(1, 'm1'), second, record(3, 'm3')] };
    expect(found(before, retried, sdk)).toEqual([]);
    // Nobody but a reader that hides repeats is excused: it was owed the message again.
    expect(found(before, retried, { keepsStore: false })).toEqual(['I6']);
    const other = [...published(1, 3), ...sent(2), ok('m4', 2), ...sent(4), ...delivered(1, 2)];
    const entries = [record(1, 'm1'), record(2, 'm4'), record(3, 'm3')];
    const now: ChannelLog = { channel, epoch, floor: 0, entries };
    expect(found([...other, lost, ...delivered(3)], now, sdk)).toContain('I6');
    const never = [...published(1, 2, 3), ...delivered(1), lost, ...delivered(3)];
    expect(found(never, log(1, 2, 3), sdk)).toContain('I6');
  });

  test('finds what is not of the contract', () => {
    const breach: Event = { kind: 'breach', reader, channel, what: 'a message without an offset' };
    expect(found([...published(1), ...delivered(1), breach], log(1))).toEqual(['I5']);
  });

  test('finds what stands after a later publish, unless the server had refused a try of it', () => {
    const entries = [record(1, 'm2'), record(2, 'm1')];
    const came = [delivery(1, { id: 'm2' }), delivery(2, { id: 'm1' })];
    const swapped = (refusals: number) =>
      found([...invoke(1), ...invoke(2), ok('m2', 1), ok('m1', 2, refusals), ...came], {
        ...{ channel, epoch, floor: 0, entries },
      });
    expect(swapped(0)).toEqual(['I3']);
    expect(swapped(1)).toEqual([]);
    // One that was given up as unknown may have been refused as often.
    const swappedLog = { channel, epoch, floor: 0, entries };
    expect(found([...sent(1), ...invoke(2), ok('m2', 1), ...came], swappedLog)).toEqual([]);
    // Those between which nothing was refused are still held to it.
    const three = [record(1, 'm3'), record(2, 'm1'), record(3, 'm2')];
    const events = [
      ...[1, 2, 3].flatMap((n) => invoke(n)),
      ok('m3', 1),
      ok('m1', 2, 1),
      ok('m2', 3),
    ];
    const all = ['m3', 'm1', 'm2'].map((id, index) => delivery(index + 1, { id }));
    expect(found([...events, ...all], { channel, epoch, floor: 0, entries: three })).toEqual([
      'I3',
    ]);
  });

  test('finds a publish that never settled', () => {
    expect(found(invoke(1), log())).toEqual(['I8']);
  });
});
