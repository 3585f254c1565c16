import { describe, expect, test } from '@jest/globals';
import { urlOrder } from '../src/url-order.js';

const URLS = ['a', 'b', 'c'];

/** Every order that some chance leads to. */
function drawn(keepFirst: boolean): string[] {
  const orders = new Set<string>();
  for (let first = 0; first < 1; first += 0.1) {
    for (let second = 0; second < 1; second += 0.1) {
      const chance = [first, second, 0];
      orders.add(urlOrder(URLS, keepFirst, () => chance.shift() ?? 0).join(''));
    }
  }
  return [...orders].sort();
}

describe('the order of several urls', () => {
  test('every order can be drawn, and each url is tried once in a round', () => {
    expect(drawn(false)).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  });

  test('a preferred first url stays first; only the others are drawn', () => {
    expect(drawn(true)).toEqual(['abc', 'acb']);
  });

  test('the list of the application is left as it was', () => {
    const given = [...URLS];
    urlOrder(given, false, () => 0.9);
    expect(given).toEqual(URLS);
  });
});
