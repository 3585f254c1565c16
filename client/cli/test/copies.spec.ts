import { describe, expect, test } from '@jest/globals';
import { type ChannelLog, type Evidence, violationsIn } from '../src/verify/checker.js';
import type { Event } from '../src/verify/history.js';

const [a, b, epoch, reader] = ['chat:a', 'chat:b', 'e1', 'r'];
const both: Event = { kind: 'broadcast', id: 'x', channels: [a, b], hash: 'hx' };
const stored: Event = { kind: 'stored', id: 'x' };

describe('a broadcast to two channels', () => {
  test('may come by one and be told as a duplicate in the other', () => {
    expect(found([both, stored, came(a), told(b)])).toEqual([]);
  });

  test('may come by one and be kept back in the other by an SDK that has it', () => {
    expect(found([both, stored, came(a)], { hidesRepeats: true })).toEqual([]);
  });

  test('may not be left out in the other without a word, where nobody keeps it back', () => {
    const logs = [log(a), { ...log(b), entries: [...log(b).entries, record(2)] }];
    const behind = [both, stored, came(a), ...published(2), { ...came(b), ...record(2) }];
    expect(found(behind, { logs })).toEqual(['I6']);
    expect(found(behind, { logs, hidesRepeats: true })).toEqual([]);
  });

  test('may not come by both', () => {
    expect(found([both, stored, came(a), came(b)])).toEqual(['I2']);
  });

  test('may not be told as a duplicate of what never came', () => {
    expect(found([both, stored, told(a), told(b)])).toEqual(['I1', 'I6']);
  });

  test('may be told as a duplicate of what was told as lost', () => {
    expect(found([both, stored, lost(a), told(b)])).toEqual([]);
  });

  test('may not be missing from both though an SDK could keep it back', () => {
    expect(found([both, stored], { hidesRepeats: true })).toEqual(['I1']);
  });

  test('may not be missing from a log once it was confirmed', () => {
    expect(found([both, stored, came(a)], { logs: [log(a), empty(b)] })).toEqual(['I1']);
    expect(found([both, came(a)], { logs: [log(a), empty(b)] })).toEqual([]);
  });

  test('may not come with another content, nor where it was not sent', () => {
    expect(found([both, stored, { ...came(a), hash: 'other' }, told(b)])).toContain('I5');
    const one: Event = { kind: 'broadcast', id: 'x', channels: [a], hash: 'hx' };
    expect(found([one, stored, came(b), told(a)])).toEqual(['I5']);
  });

  test('does not excuse a skip of another message', () => {
    const other: Event = { ...came(a), id: 'y' };
    const logs = [{ ...log(a), entries: [{ offset: 1, id: 'y', hash: 'hx' }] }, log(b)];
    const others = found([both, other, told(a), came(b)], { logs });
    expect(others).toContain('I5');
    expect(found([both, told(a), came(b)], { logs })).toEqual(['I1', 'I6']);
  });

  test('may be told as a duplicate where the log has let go of the place', () => {
    const logs = [log(a), { channel: b, epoch, floor: 3, entries: [] }];
    expect(found([both, stored, came(a), told(b)], { logs })).toEqual([]);
  });
});

interface Other {
  readonly logs?: readonly ChannelLog[];
  readonly hidesRepeats?: boolean;
}

function found(
  events: readonly Event[],
  { logs = [log(a), log(b)], hidesRepeats = false }: Other = {},
): string[] {
  const evidence: Evidence = {
    facts: events.map((event, index) => ({ ...event, at: index + 1 })),
    ...{ logs, keepsStore: true },
    readers: [a, b].map((channel) => ({ reader, channel, hidesRepeats })),
  };
  return [...new Set(violationsIn(evidence).map(({ invariant }) => invariant))].sort();
}

function came(channel: string): Extract<Event, { kind: 'deliver' }> {
  return {
    ...{ kind: 'deliver', reader, channel, epoch, offset: 1 },
    ...{ id: 'x', hash: 'hx', priority: 'normal' },
  };
}

function told(channel: string): Event {
  return { kind: 'skip', reader, channel, reason: 'duplicate', from: 1, to: 1 };
}

/** An ordinary message at that place of the second channel. */
function record(offset: number): { offset: number; id: string; hash: string } {
  return { offset, id: `m${offset}`, hash: `h${offset}` };
}

function published(offset: number): Event[] {
  const { id, hash } = record(offset);
  const of = { publisher: 'p', channel: b, id };
  return [
    { kind: 'invoke', ...of, hash, sequence: offset, priority: 'normal' },
    { kind: 'ok', ...of, epoch, offset, duplicate: false, refusals: 0 },
  ];
}

function lost(channel: string): Event {
  const [after, to] = [0, 1].map((offset) => ({ epoch, offset }));
  if (after === undefined || to === undefined) throw new Error('two places');
  return { kind: 'gap', reader, channel, reason: 'overflow', after, to, ranges: [[1, 1]] };
}

function log(channel: string): ChannelLog {
  return { channel, epoch, floor: 0, entries: [{ offset: 1, id: 'x', hash: 'hx' }] };
}

function empty(channel: string): ChannelLog {
  return { channel, epoch, floor: 0, entries: [] };
}
