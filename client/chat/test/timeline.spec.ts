import { describe, expect, test } from '@jest/globals';
import { EMPTY_LOG, withGap, withMessage } from '../src/rooms/room-log.js';
import { rowsOf } from '../src/timeline/timeline.js';

const me = { is: (user?: string) => user === 'me' };
const NOON = new Date(2026, 2, 1, 12).getTime();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** One message for each `[author, minutes after noon]`. */
function logOf(said: readonly (readonly [string, number])[]) {
  return said.reduce((log, [user, minutes], index) => {
    const at = NOON + minutes * MINUTE;
    const base = { channel: 'chat:lobby', id: String(index), data: 'x' };
    return withMessage(log, { ...base, offset: index + 1, at, from: { user } }, me);
  }, EMPTY_LOG);
}

function shapes(log: ReturnType<typeof logOf>, unreadFrom?: string): string[] {
  return rowsOf(log.entries, unreadFrom).map((row) => {
    if (row.kind !== 'message') return row.kind;
    return `${row.isFirst ? '[' : '·'}${row.isLast ? ']' : '·'}`;
  });
}

describe('the timeline', () => {
  test('groups what one author said in a few minutes', () => {
    const log = logOf([
      ['ann', 0],
      ['ann', 1],
      ['ann', 2],
      ['bob', 2],
      ['ann', 3],
    ]);
    expect(shapes(log)).toEqual(['day', '[·', '··', '·]', '[]', '[]']);
  });

  test('parts a group after a pause', () => {
    expect(
      shapes(
        logOf([
          ['ann', 0],
          ['ann', 6],
        ]),
      ),
    ).toEqual(['day', '[]', '[]']);
  });

  test('has a line for each day', () => {
    const log = logOf([
      ['ann', 0],
      ['ann', DAY / MINUTE],
    ]);
    expect(shapes(log)).toEqual(['day', '[]', 'day', '[]']);
  });

  test('has the unread line above the first unread message, which begins a group', () => {
    const log = logOf([
      ['ann', 0],
      ['ann', 1],
    ]);
    expect(shapes(log, log.entries[1]?.key)).toEqual(['day', '[]', 'unread', '[]']);
  });

  test('never groups across a gap', () => {
    const told = { reason: 'purged', ranges: [[2, 2]], count: 1, refill: false } as const;
    const place = { channel: 'chat:lobby', epoch: 'e', after: 'a', position: 'b' };
    const two = logOf([['ann', 0]]);
    const log = withGap(two, { ...place, ...told, ranges: [[2, 2]] }, NOON);
    const more = withMessage(
      log,
      { channel: 'chat:lobby', id: 'n', data: 'x', offset: 3, at: NOON, from: { user: 'ann' } },
      me,
    );
    expect(shapes(more)).toEqual(['day', '[]', 'gap', '[]']);
  });
});
