import { describe, expect, test } from '@jest/globals';
import type { Line } from '../../faults/mortal/diary.js';
import { Repeats } from '../../faults/mortal/repeats.js';

const [a, b] = ['chat:a', 'chat:b'];

describe('what a killed client is shown again', () => {
  let repeats = new Repeats();
  const shown = (offset: number, channel = a) => repeats.shown(message(offset, channel));
  const kept = (key: string) => {
    repeats.saving(key);
    repeats.saved(key);
  };

  test('is allowed while the write of its place had not come to its end', () => {
    repeats = new Repeats();
    shown(1);
    repeats.saving('cursor:chat:a');
    repeats.died();
    expect(shown(1)).toBe('again');
    repeats.died();
    expect(shown(1)).toBe('again');
  });

  test('counts when its place was kept', () => {
    repeats = new Repeats();
    shown(1);
    kept('cursor:chat:a');
    shown(2);
    repeats.died();
    expect([shown(1), shown(2)]).toEqual(['new', 'again']);
  });

  test('is allowed when the write that was kept had begun before it', () => {
    repeats = new Repeats();
    repeats.saving('cursor:chat:a');
    shown(1);
    repeats.saved('cursor:chat:a');
    repeats.died();
    expect(shown(1)).toBe('again');
  });

  test('counts within one life, and the second time in the next', () => {
    repeats = new Repeats();
    shown(1);
    expect(shown(1)).toBe('new');
    repeats.died();
    expect([shown(1), shown(1)]).toEqual(['again', 'new']);
  });

  test('counts when others were written twice before its place', () => {
    repeats = new Repeats();
    shown(1);
    kept('outbox');
    kept('cursor:chat:b');
    shown(2);
    kept('outbox');
    repeats.died();
    expect([shown(1), shown(2)]).toEqual(['new', 'again']);
  });

  test('may come in another channel if it is a broadcast that is not kept, and only once', () => {
    repeats = new Repeats();
    repeats.shown(message(1, a, true));
    kept('cursor:chat:a');
    repeats.died();
    expect(repeats.shown(message(7, b, true))).toBe('copy');
    expect(repeats.shown(message(1, a, true))).toBe('new');
  });

  test('counts as a copy when the broadcast was kept', () => {
    repeats = new Repeats();
    repeats.shown(message(1, a, true));
    kept('cursor:chat:a');
    kept('broadcasts');
    repeats.died();
    expect(repeats.shown(message(7, b, true))).toBe('new');
  });

  test('is not excused by an id that another message had', () => {
    repeats = new Repeats();
    shown(1);
    repeats.died();
    expect(repeats.shown({ ...message(1, a), hash: 'other' })).toBe('new');
    expect(repeats.shown({ ...message(1, a), offset: 2 })).toBe('new');
  });
});

function message(
  offset: number,
  channel: string,
  isBroadcast = false,
): Extract<Line, { kind: 'shown' }> {
  const id = isBroadcast ? 'x' : `m${offset}`;
  return { kind: 'shown', channel, offset, id, hash: `h-${id}`, isBroadcast };
}
