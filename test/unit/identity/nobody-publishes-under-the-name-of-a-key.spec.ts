import { expect, test } from '@jest/globals';
import { publisherOf } from '../../../src/identity/caller.js';

test('a user publishes under the own name', () => {
  expect(publisherOf('ann')).toBe('ann');
  expect(publisherOf('keys:ann')).toBe('keys:ann');
});

test.each(['key:ops', 'service:billing', 'sub:key:ops'])(
  'a user who is called %s has a name that no key, no service and no other user has',
  (user) => {
    expect(publisherOf(user)).toBe(`sub:${user}`);
  },
);
