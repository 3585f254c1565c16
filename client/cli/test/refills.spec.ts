import { describe, expect, test } from '@jest/globals';
import type { ChannelLog, LogRecord } from '../src/verify/checker.js';
import type { Event } from '../src/verify/history.js';
import { notRefilledIn } from '../src/verify/refills.js';

const [reader, channel, epoch] = ['r', 'chat:a', 'e1'];

describe('what a gap said can be refilled', () => {
  test('is believed where history returned all of it', () => {
    expect(found([[2, 4]], [2, 3, 4])).toEqual([]);
  });

  test('breaks I6 where history left something out that the log has', () => {
    expect(found([[2, 4]], [2, 4])).toMatchObject([
      { invariant: 'I6', reader, channel, what: expect.stringContaining('1 offsets') },
    ]);
  });

  test('breaks I6 where neither history nor the log has what was never trimmed', () => {
    expect(found([[2, 4]], [2, 3], { kept: [1, 2, 3, 5] })).toMatchObject([{ invariant: 'I6' }]);
  });

  test('breaks I4 where history returned something else than the log has', () => {
    const messages = [record(2), { ...record(3), hash: 'other' }];
    expect(found([[2, 3]], messages)).toMatchObject([{ invariant: 'I4' }]);
  });

  test('may have been trimmed or purged since', () => {
    expect(found([[2, 4]], [4], { kept: [4, 5], floor: 3 })).toEqual([]);
    expect(found([[2, 4]], [], { kept: [], floor: 5 })).toEqual([]);
  });

  test('is not judged above what was asked for', () => {
    expect(found([[2, 4]], [2], { upTo: 2 })).toEqual([]);
    expect(found([[2, 4]], [2], { upTo: 3 })).toMatchObject([{ invariant: 'I6' }]);
  });

  test('is not judged where the store lost what it had, or has another life', () => {
    expect(found([[2, 4]], [], { keepsStore: false })).toEqual([]);
    expect(found([[2, 4]], [], { life: 'e2' })).toEqual([]);
  });
});

interface Other {
  readonly kept?: readonly number[];
  readonly floor?: number;
  readonly upTo?: number;
  readonly keepsStore?: boolean;
  readonly life?: string;
}

function found(
  ranges: readonly (readonly [number, number])[],
  came: readonly (number | LogRecord)[],
  { kept = [1, 2, 3, 4, 5], floor = 0, upTo = 5, keepsStore = true, life = epoch }: Other = {},
) {
  const messages = came.map((it) => (typeof it === 'number' ? record(it) : it));
  const event: Event = { kind: 'refill', reader, channel, epoch, ranges, upTo, messages };
  const log: ChannelLog = { channel, epoch: life, floor, entries: kept.map(record) };
  return notRefilledIn({ facts: [{ ...event, at: 1 }], logs: [log], keepsStore, readers: [] });
}

function record(offset: number): LogRecord {
  return { offset, id: `m${offset}`, hash: `h${offset}` };
}
