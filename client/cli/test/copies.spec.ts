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

describe('a broadcast that leaves a user out', () => {
  const partial: Event = { ...both, except: ['ann', 'bob'] };
  const events = [partial, stored];

  test('may be told as excluded to that user, in each channel', () => {
    const skips = [told(a, 'excluded'), told(b, 'excluded')];
    expect(found([...events, ...skips], { user: 'ann' })).toEqual([]);
  });

  test('may not be told as excluded to others', () => {
    const skips = [told(a, 'excluded'), told(b, 'excluded')];
    expect(found([...events, ...skips], { user: 'cara' })).toEqual(['I1', 'I6']);
    expect(found([both, stored, ...skips], { user: 'ann' })).toEqual(['I1', 'I6']);
  });

  test('may not come to that user', () => {
    const twice = [came(a), told(b)];
    expect(found([...events, ...twice], { user: 'ann' })).toEqual(['I5']);
    expect(found([...events, ...twice], { user: 'cara' })).toEqual([]);
  });

  test('does not excuse a skip of another message', () => {
    const logs = [log(a), { ...log(b), entries: [record(1)] }];
    const skips = [told(a, 'excluded'), told(b, 'excluded')];
    const all = [...events, ...published(1), ...skips];
    expect(found(all, { logs, user: 'ann' })).toContain('I6');
  });

  test('may have stood where another one stands, of a history that the store lost', () => {
    const next: Event = { kind: 'broadcast', id: 'y', channels: [a, b], hash: 'hy' };
    const anew = { id: 'y', hash: 'hy' };
    const logs = [a, b].map((channel) => ({
      ...{ channel, epoch, floor: 0 },
      entries: [{ offset: 1, ...anew }],
    }));
    const skips = [told(a, 'excluded', 2), told(b, 'excluded', 2)];
    const back = [rewound(a), rewound(b), next, { ...came(a), ...anew }, told(b)];
    const all = [...events, ...skips, ...back];
    expect(found(all, { logs, user: 'ann', keepsStore: false })).toEqual([]);
    expect(found(all, { logs, user: 'cara', keepsStore: false })).toEqual(['I6']);
    // Nothing was lost: what stands there is what stood there.
    const unbroken = [...events, ...skips, next];
    expect(found(unbroken, { logs, user: 'ann', keepsStore: false })).toContain('I6');
  });

  test('is not missed by an SDK that tells of no skip', () => {
    const logs = [log(a), { ...log(b), entries: [...log(b).entries, record(2)] }];
    const behind = [...events, ...published(2), { ...came(b), ...record(2) }];
    expect(found(behind, { logs, hidesRepeats: true, user: 'ann' })).toEqual([]);
    expect(found(behind, { logs, hidesRepeats: true, user: 'cara' })).toEqual(['I1', 'I6']);
    expect(found(behind, { logs, user: 'ann' })).toEqual(['I6']);
  });
});

describe('a reader that begins to follow at a place', () => {
  const start = (offset: number): Event => ({
    ...{ kind: 'start', reader, channel: b, place: { epoch, offset } },
  });
  const logs = [empty(a), { ...empty(b), entries: [record(1), record(2)] }];
  const two = [...published(1), ...published(2)];
  const got = (offset: number) => ({ ...came(b), ...record(offset), offset });

  test('is owed what comes behind it, and nothing below', () => {
    expect(found([start(1), ...two, got(2)], { logs })).toEqual([]);
    expect(found([start(1), ...two], { logs })).toEqual(['I1']);
    expect(found([...two, got(2)], { logs })).toEqual(['I1', 'I6']);
  });

  test('may not be given what is below', () => {
    expect(found([start(1), ...two, got(1), got(2)], { logs })).toEqual(['I3']);
  });

  test('may not begin a second time', () => {
    expect(found([start(0), ...two, got(1), start(2), got(2)], { logs })).toEqual(['I6']);
  });
});

test("a broadcast may not come by a channel of the server's that is not the reader's own", () => {
  const channels = [a, '$user:bob'];
  const other: Event = { ...came(a), channel: '$user:bob' };
  const logs = [log(a), empty(b), log('$user:bob')];
  expect(found([{ ...both, channels }, stored, other], { logs })).toEqual(['I5']);
});

interface Other {
  readonly logs?: readonly ChannelLog[];
  readonly hidesRepeats?: boolean;
  readonly user?: string;
  readonly keepsStore?: boolean;
}

function found(
  events: readonly Event[],
  { logs = [log(a), log(b)], hidesRepeats = false, user = 'cara', keepsStore = true }: Other = {},
): string[] {
  const evidence: Evidence = {
    facts: events.map((event, index) => ({ ...event, at: index + 1 })),
    ...{ logs, keepsStore },
    readers: [a, b].map((channel) => ({ reader, channel, hidesRepeats, user })),
  };
  return [...new Set(violationsIn(evidence).map(({ invariant }) => invariant))].sort();
}

function came(channel: string): Extract<Event, { kind: 'deliver' }> {
  return {
    ...{ kind: 'deliver', reader, channel, epoch, offset: 1 },
    ...{ id: 'x', hash: 'hx', priority: 'normal' },
  };
}

function told(channel: string, reason = 'duplicate', to = 1): Event {
  return { kind: 'skip', reader, channel, reason, from: 1, to, position: { epoch, offset: to } };
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

/** The channel goes on from its beginning, under the same epoch; so far its log does not reach now. */
function rewound(channel: string): Event {
  const after = { epoch, offset: 2 };
  return {
    kind: 'gap',
    reader,
    channel,
    reason: 'rewound',
    after,
    to: { epoch, offset: 0 },
    ranges: null,
  };
}

function log(channel: string): ChannelLog {
  return { channel, epoch, floor: 0, entries: [{ offset: 1, id: 'x', hash: 'hx' }] };
}

function empty(channel: string): ChannelLog {
  return { channel, epoch, floor: 0, entries: [] };
}
