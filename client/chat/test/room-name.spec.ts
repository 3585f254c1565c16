import { describe, expect, test } from '@jest/globals';
import { hashOf, roomOfHash, roomTyped } from '../src/rooms/room-name.js';

describe('a room name', () => {
  test.each([
    ['Bell Ringers', 'bell-ringers'],
    ['  #lobby ', 'lobby'],
    ['off_topic.2', 'off_topic.2'],
  ])('typed as %j is %j', (typed, name) => {
    expect(roomTyped(typed)).toBe(name);
  });

  test.each(['', '   ', '-dash', 'a/b', 'chat:lobby', '$everyone', 'x'.repeat(49)])(
    'cannot be %j',
    (typed) => {
      expect(roomTyped(typed)).toBeUndefined();
    },
  );

  test('comes back from its link', () => {
    for (const name of ['lobby', 'Ops', 'a@b=c+d']) expect(roomOfHash(hashOf(name))).toBe(name);
  });

  test.each(['', '#', '#%E0%A4%A', '#a%2Fb', '#$everyone'])('is not in the link %j', (hash) => {
    expect(roomOfHash(hash)).toBeUndefined();
  });
});
