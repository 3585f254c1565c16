import { expect, test } from '@jest/globals';
import { RecentMap } from '../../../src/kernel/recent-map.js';

const never = () => false;

test('an entry is made once and kept while it is used', () => {
  const map = new RecentMap<object>(10, never);
  const first = map.use('a', () => ({}));
  expect(map.use('a', () => ({}))).toBe(first);
  expect(map.peek('a')).toBe(first);
  expect(map.peek('b')).toBeUndefined();
});

test('beyond its bound the one that was used least recently goes', () => {
  const map = new RecentMap<string>(3, never);
  for (const name of ['a', 'b', 'c']) map.use(name, () => name);
  map.use('a', () => 'another a');
  map.use('d', () => 'd');
  expect(map.size).toBe(3);
  expect(map.peek('b')).toBeUndefined();
  expect(map.peek('a')).toBe('a');
});

test('what is idle is forgotten by the way, faster than new ones come', () => {
  const idle = new Set<number>();
  const map = new RecentMap<number>(1_000, (value) => idle.has(value));
  for (let index = 0; index < 100; index += 1) map.use(`old ${index}`, () => index);
  for (let index = 0; index < 100; index += 1) idle.add(index);
  for (let index = 0; index < 100; index += 1) map.use(`new ${index}`, () => 1_000 + index);
  expect(map.size).toBe(100);
  expect(map.peek('old 99')).toBeUndefined();
});

test('what is never idle keeps nothing else from being forgotten', () => {
  const busy = new Set(['never idle 1', 'never idle 2', 'never idle 3']);
  const map = new RecentMap<string>(1_000, (value) => !busy.has(value));
  for (const name of busy) map.use(name, () => name);
  for (let index = 0; index < 100; index += 1) map.use(`${index}`, () => `${index}`);
  expect(map.size).toBeLessThan(busy.size + 10);
  for (const name of busy) expect(map.peek(name)).toBe(name);
});

test('the one in use is never forgotten, however idle it looks', () => {
  const map = new RecentMap<string>(1, () => true);
  map.use('a', () => 'a');
  expect(map.peek('a')).toBe('a');
  map.use('b', () => 'b');
  expect(map.peek('b')).toBe('b');
  expect(map.size).toBe(1);
});
