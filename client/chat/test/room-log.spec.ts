import { describe, expect, test } from '@jest/globals';
import {
  EMPTY_LOG,
  ENTRIES_MAX,
  outgoing,
  withAnnouncement,
  withConfirmed,
  withFailure,
  withGap,
  withMessage,
  withOutgoing,
  type Entry,
  type RoomLog,
} from '../src/rooms/room-log.js';

const me = { is: (user?: string) => user === 'ann' };
const ann = { user: 'ann', name: 'Ann' };

function message(offset: number, more: object = {}) {
  return {
    channel: 'chat:lobby',
    offset,
    position: `p${offset}`,
    id: `id-${offset}`,
    data: { kind: 'text', text: `text ${offset}` },
    at: 1_000 + offset,
    from: { user: 'bob', name: 'Bob' },
    ...more,
  };
}

function gap(more: object) {
  const reason = 'trimmed' as const;
  const base = { channel: 'chat:lobby', epoch: 'e', after: 'p1', position: 'p9', refill: false };
  return { ...base, reason, ranges: null, count: null, ...more };
}

function shown(log: RoomLog): string[] {
  return log.entries.map((entry: Entry) => {
    if (entry.kind === 'gap') return `gap ${entry.reason}`;
    if (entry.kind === 'announcement') return `told ${entry.text}`;
    return entry.content.kind === 'text' ? entry.content.text : entry.content.kind;
  });
}

describe('the log of a room', () => {
  test('shows messages by offset, whatever the order they came in', () => {
    const log = [3, 1, 2].reduce((grown, n) => withMessage(grown, message(n), me), EMPTY_LOG);
    expect(shown(log)).toEqual(['text 1', 'text 2', 'text 3']);
  });

  test('takes a copy of a message for what it is', () => {
    const once = withMessage(EMPTY_LOG, message(1), me);
    expect(withMessage(once, message(1), me)).toBe(once);
  });

  test('keeps a message of somebody else that bears the id of my own', () => {
    const mine = withMessage(EMPTY_LOG, message(1, { id: 'same', from: ann }), me);
    const both = withMessage(mine, message(2, { id: 'same' }), me);
    expect(shown(both)).toEqual(['text 1', 'text 2']);
  });

  test('leaves older entries behind when it is full, and what came last stays', () => {
    let log = EMPTY_LOG;
    for (let offset = 1; offset <= ENTRIES_MAX + 3; offset += 1) {
      log = withMessage(log, message(offset), me);
    }
    expect(log.entries).toHaveLength(ENTRIES_MAX);
    expect(shown(log)[0]).toBe('text 4');
    expect(shown(log).at(-1)).toBe(`text ${ENTRIES_MAX + 3}`);
  });

  test('holds less than 17 MiB of pictures', () => {
    const bytes = new Uint8Array(1024 * 1024);
    let log = EMPTY_LOG;
    for (let offset = 1; offset <= 40; offset += 1) {
      const data = { kind: 'image', type: 'image/png', name: 'p', bytes };
      log = withMessage(log, message(offset, { data }), me);
    }
    expect(log.entries).toHaveLength(16);
    expect(log.weight).toBe(16 * bytes.byteLength);
  });

  test('puts a gap before what came after it', () => {
    const log = [1, 5].reduce((grown, n) => withMessage(grown, message(n), me), EMPTY_LOG);
    const told = withGap(log, gap({ ranges: [[2, 4]], count: 3 }), 2_000);
    expect(shown(told)).toEqual(['text 1', 'gap trimmed', 'text 5']);
  });

  test('begins again below the old messages when the numbering does', () => {
    const old = withMessage(EMPTY_LOG, message(7), me);
    const told = withGap(old, gap({ reason: 'epoch' }), 2_000);
    expect(shown(withMessage(told, message(1), me))).toEqual(['text 7', 'gap epoch', 'text 1']);
  });

  test('keeps announcements together before the next message', () => {
    const told = ['a', 'b', 'c'].reduce(
      (grown, text) =>
        withAnnouncement(grown, message(1, { channel: '$everyone', id: text, data: text })),
      withMessage(EMPTY_LOG, message(1), me),
    );
    const log = withMessage(told, message(2), me);
    expect(shown(log)).toEqual(['text 1', 'told a', 'told b', 'told c', 'text 2']);
  });
});

describe('a message of my own', () => {
  const sending = withOutgoing(
    withMessage(EMPTY_LOG, message(1), me),
    outgoing('mine', { kind: 'text', text: 'hello' }, ann, 1_002),
  );
  const echo = message(2, { id: 'mine', from: ann, data: { kind: 'text', text: 'hello' } });

  test('waits below everything that has a place', () => {
    const log = withMessage(sending, message(2), me);
    expect(shown(log)).toEqual(['text 1', 'text 2', 'hello']);
    expect(log.entries.at(-1)).toMatchObject({ kind: 'outgoing', delivery: 'sending' });
  });

  test.each([
    ['the answer comes first', true],
    ['the echo comes first', false],
  ])('is one row with one key when %s', (_case, isAnswerFirst) => {
    const answer = (log: RoomLog) => withConfirmed(log, 'mine', 2, 1_002);
    const heard = (log: RoomLog) => withMessage(log, echo, me);
    const log = isAnswerFirst ? heard(answer(sending)) : answer(heard(sending));
    expect(shown(log)).toEqual(['text 1', 'hello']);
    expect(log.entries.at(-1)).toMatchObject({
      kind: 'message',
      delivery: 'sent',
      position: 'p2',
      key: sending.entries.at(-1)?.key,
    });
  });

  test('says why it was not sent, and stays', () => {
    const failed = withFailure(sending, 'mine', { problem: 'Too fast.', waitsForToken: false });
    expect(failed.entries.at(-1)).toMatchObject({ delivery: 'failed', problem: 'Too fast.' });
  });
});
