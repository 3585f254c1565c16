import { describe, expect, test } from '@jest/globals';
import type { Event } from '../src/verify/history.js';
import {
  channel,
  delivered,
  delivery,
  epoch,
  found,
  gap,
  log,
  published,
  reader,
} from './support/small-history.js';

const all = published(1, 2, 3, 4);
const kept = log(1, 2, 3, 4);

/** Given beside what carries its own. */
function position(offset: number, other: { epoch?: string; isOfAnswer?: true } = {}): Event {
  const { epoch: of = epoch, ...rest } = other;
  return { kind: 'position', reader, channel, place: { epoch: of, offset }, ...rest };
}

/** A place that was told not to be for the reader, and the position that came with it. */
function skippedTo(offset: number, to: number, reason = 'duplicate'): Event {
  const of = { reader, channel, reason, from: offset, to: offset };
  return { kind: 'skip', ...of, position: { epoch, offset: to } };
}

/** The copy that came by another channel. */
function came(by: string, id: string): Event {
  const of = { reader, channel: by, epoch, offset: 1, id, hash: `h-${id}`, priority: 'normal' };
  return { kind: 'deliver', ...of };
}

function safe(offset: number): Event {
  return delivery(offset, { isSafe: true });
}

describe('a position', () => {
  test('is safe when everything up to it came, was skipped or was told as lost', () => {
    const events = [
      ...[position(0), safe(1), ...delivered(3), delivery(2, { priority: 'high' }), position(3)],
      ...[gap('overflow', [epoch, 3], [epoch, 4], [[4, 4]]), position(4)],
    ];
    expect(found([...all, ...events], kept)).toEqual([]);
  });

  test('is unsafe on a message that overtook another', () => {
    const low = { priority: 'low' };
    const events = [...delivered(1), safe(3), delivery(2, low), delivery(4, { isSafe: true })];
    expect(found([...all, ...events], kept)).toEqual(['I6']);
    expect(found([...all, ...delivered(1, 3), delivery(2, low), safe(4)], kept)).toEqual([]);
  });

  test('is unsafe in an answer that names the top while messages are still to come', () => {
    const answer = position(4, { isOfAnswer: true });
    const behind = delivered(3, 4);
    expect(found([...all, ...delivered(1, 2), answer, ...behind], kept)).toEqual(['I6']);
    expect(found([...all, ...delivered(1, 2, 3, 4), answer], kept)).toEqual([]);
    // Also where nothing comes behind it, because the connection is lost.
    const again = position(2, { isOfAnswer: true });
    expect(found([...all, ...delivered(1, 2), answer, again, ...behind], kept)).toEqual(['I6']);
  });

  test('is safe in an answer that left out what is told right behind it', () => {
    const answer = position(2, { isOfAnswer: true });
    const copy: Event = {
      kind: 'broadcast',
      id: 'm2',
      channels: [channel, 'chat:b'],
      hash: 'h-m2',
    };
    const had = came('chat:b', 'm2');
    const told = skippedTo(2, 2);
    const before = [...published(1, 2, 3), copy, had, ...delivered(1), answer];
    expect(found([...before, told, ...delivered(3)], log(1, 2, 3))).toEqual([]);
    expect(found([...before, ...delivered(3), told], log(1, 2, 3))).toEqual(['I6']);
  });

  test('is unsafe in a skip or a gap above what has not come yet', () => {
    const lost = gap('overflow', [epoch, 1], [epoch, 3], [[3, 3]]);
    expect(found([...all, ...delivered(1), lost, ...delivered(2, 4)], kept)).toEqual(['I6']);
    const copy: Event = {
      kind: 'broadcast',
      id: 'm3',
      channels: [channel, 'chat:b'],
      hash: 'h-m3',
    };
    const had = came('chat:b', 'm3');
    const told = (offset: number) => skippedTo(3, offset);
    const skipped = (offset: number) =>
      found([...all, copy, had, ...delivered(1), told(offset), ...delivered(2, 4)], kept);
    expect(skipped(3)).toEqual(['I6']);
    expect(skipped(1)).toEqual([]);
  });

  test('is of the history that the reader is in', () => {
    const events = [...all, ...delivered(1, 2, 3, 4)];
    expect(found([...events, position(4, { epoch: 'e2' })], kept)).toEqual(['I6']);
    expect(found([...events, position(0, { epoch: 'e2' })], kept)).toEqual([]);
  });

  test('asks for nothing below the place where the reader began', () => {
    const start: Event = { kind: 'start', reader, channel, place: { epoch, offset: 2 } };
    expect(found([...all, start, position(2), safe(3), safe(4)], kept)).toEqual([]);
    expect(found([...all, start, position(3), safe(3), safe(4)], kept)).toEqual(['I6']);
  });

  test('asks for nothing below the place that the reader was led to when the store lost its history', () => {
    const led = gap('rewound', [epoch, 1], [epoch, 3], null);
    const events = [...published(1, 2, 4), ...delivered(1), led, safe(4)];
    expect(found(events, log(1, 4), { keepsStore: false })).toEqual([]);
  });

  test('is held to what was shown or kept back, where an SDK keeps repeats to itself', () => {
    const copy: Event = {
      kind: 'broadcast',
      id: 'm2',
      channels: [channel, 'chat:b'],
      hash: 'h-m2',
    };
    const had = came('chat:b', 'm2');
    const sdk = { readers: [{ reader, channel, hidesRepeats: true }] };
    const events = [...published(1, 2, 3), ...delivered(1), safe(3)];
    expect(found([copy, had, ...events], log(1, 2, 3), sdk)).toEqual([]);
    expect(found(events, log(1, 2, 3), sdk)).toEqual(['I1', 'I6']);
  });

  test('tells of which history a place is that was skipped before anything came', () => {
    const broadcast: Event = { kind: 'broadcast', id: 'b', channels: [channel], hash: 'h-b' };
    const events: Event[] = [
      ...[{ ...broadcast, except: ['ann'] }, delivery(1, { id: 'b', reader: 'r2' })],
      skippedTo(1, 1, 'excluded'),
      gap('epoch', [epoch, 1], ['e2', 0], null),
      gap('epoch', [epoch, 1], ['e2', 0], null, 'r2'),
      ...published(1).map((event) => (event.kind === 'ok' ? { ...event, epoch: 'e2' } : event)),
      ...[delivery(1, { epoch: 'e2' }), delivery(1, { epoch: 'e2', reader: 'r2' })],
    ];
    const readers = [reader, 'r2'].map((name) => {
      return { reader: name, channel, hidesRepeats: true, user: name === reader ? 'ann' : 'bob' };
    });
    expect(found(events, { ...log(1), epoch: 'e2' }, { keepsStore: false, readers })).toEqual([]);
  });
});
