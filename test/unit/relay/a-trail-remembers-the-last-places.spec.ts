import { describe, expect, test } from '@jest/globals';
import type { Position } from '../../../src/broker/position.js';
import { Trail } from '../../../src/relay/trail.js';

const EPOCH = 'e'.repeat(16);

function place(offset: number, over: Partial<Position> = {}): Position {
  const chain = (0xf0000000 + offset).toString(16) + offset.toString(16).padStart(8, '0');
  return { epoch: EPOCH, offset, chain, ...over };
}

function trailOf(from: number, to: number): Trail {
  const trail = new Trail();
  for (let offset = from; offset <= to; offset += 1) trail.add(place(offset));
  return trail;
}

describe('the trail of a followed channel', () => {
  test('is empty before anything was handed on', () => {
    expect(new Trail().newestFirst()).toEqual([]);
  });

  test.each([1, 8, 9, 255, 256])('has all of the last %i places, newest first', (count) => {
    const expected = Array.from({ length: count }, (_, index) => place(count - index));
    expect(trailOf(1, count).newestFirst()).toEqual(expected);
  });

  test('forgets the oldest beyond 256', () => {
    const places = trailOf(1, 700).newestFirst();
    expect(places).toHaveLength(256);
    expect([places[0], places.at(-1)]).toEqual([place(700), place(445)]);
  });

  test('begins anew with another epoch', () => {
    const trail = trailOf(1, 20);
    const other = place(1, { epoch: 'f'.repeat(16) });
    trail.add(other);
    expect(trail.newestFirst()).toEqual([other]);
  });

  test.each([20, 300])('cut at a place of %i, goes on from there', (count) => {
    const trail = trailOf(1, count);
    const fork = place(count - 5);
    const renewed = place(count - 4, { chain: 'b'.repeat(16) });
    trail.cutAt(fork);
    trail.add(renewed);
    expect(trail.newestFirst().slice(0, 3)).toEqual([renewed, fork, place(count - 6)]);
  });

  test('cut at a place of another epoch, has that place alone', () => {
    const trail = trailOf(1, 20);
    const start = place(3, { epoch: 'f'.repeat(16) });
    trail.cutAt(start);
    expect(trail.newestFirst()).toEqual([start]);
  });
});
