import { expect, test } from '@jest/globals';
import type { Audience } from '../../../src/protocol/admin/broadcast.js';
import { channelsOf } from '../../../src/broadcasts/audience-channels.js';

test.each<[Audience, string[]]>([
  [{ everyone: true }, ['$everyone']],
  [{ users: ['ann', 'bob', 'ann'] }, ['$user:ann', '$user:bob']],
  [{ tags: ['beta', 'beta'] }, ['$tag:beta']],
  [{ channels: ['news', 'chat:a', 'news'] }, ['news', 'chat:a']],
])('%j is each of its channels once', (audience, channels) => {
  expect(channelsOf(audience)).toEqual(channels);
});

test.each(['$everyone', '$user:ann', '', 'a b', 'x'.repeat(201)])(
  'an audience may not name %j as a channel',
  (name) => {
    expect(() => channelsOf({ channels: ['news', name] })).toThrow(
      expect.objectContaining({ code: 'channel_invalid' }),
    );
  },
);
