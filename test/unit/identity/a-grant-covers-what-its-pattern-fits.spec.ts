import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isGranted, matchesPattern } from '../../../src/identity/grants.js';

describe('a star stands for any run of characters', () => {
  test.each([
    ['chat:lobby', 'chat:lobby', true],
    ['chat:lobby', 'chat:lobby2', false],
    ['chat:lobby', 'chat:lobb', false],
    ['*', 'anything:at:all', true],
    ['chat:*', 'chat:', true],
    ['chat:*', 'chat:a:b', true],
    ['chat:*', 'chat', false],
    ['chat:*', 'xchat:a', false],
    ['*:lobby', 'chat:lobby', true],
    ['*:lobby', 'chat:lobby:2', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['ab*ba', 'aba', false],
    ['*ab*ab', 'ab', false],
    ['*ab*ab', 'abab', true],
    ['a**b', 'ab', true],
    ['a.c', 'abc', false],
    ['a?c', 'abc', false],
    ['[ab]', 'a', false],
    ['(a+)+$', 'aaaa', false],
    ['Chat:*', 'chat:a', false],
    ['', 'a', false],
  ])('%s, %s: %s', (pattern, channel, expected) => {
    expect(matchesPattern(pattern, channel)).toBe(expected);
  });

  test('as a regular expression would have it, for any pattern', () => {
    const text = (alphabet: string) =>
      fc.array(fc.constantFrom(...alphabet), { maxLength: 9 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text('ab*'), text('ab'), (pattern, channel) => {
        const regex = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
        expect(matchesPattern(pattern, channel)).toBe(regex.test(channel));
      }),
      { numRuns: 3000 },
    );
  });

  test('without ever taking long', () => {
    const pattern = `${'*a'.repeat(127)}*b`;
    const channel = 'a'.repeat(200);
    const startedAt = performance.now();
    for (let time = 0; time < 1000; time += 1) expect(matchesPattern(pattern, channel)).toBe(false);
    // A matcher that goes back would need longer than the age of the universe for one of them.
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

test('an action is granted by a grant that names it, and by no other', () => {
  const grants = [
    { pattern: 'chat:*', actions: ['subscribe', 'history'] as const },
    { pattern: '*:lobby', actions: ['publish'] as const },
  ];
  expect(isGranted(grants, 'subscribe', 'chat:a')).toBe(true);
  expect(isGranted(grants, 'history', 'chat:a')).toBe(true);
  expect(isGranted(grants, 'presence', 'chat:a')).toBe(false);
  expect(isGranted(grants, 'publish', 'chat:a')).toBe(false);
  expect(isGranted(grants, 'publish', 'chat:lobby')).toBe(true);
  expect(isGranted(grants, 'subscribe', 'news:lobby')).toBe(false);
  expect(isGranted([], 'subscribe', 'chat:a')).toBe(false);
});
