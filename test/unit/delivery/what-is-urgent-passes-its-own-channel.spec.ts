import process from 'node:process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NO_EXTRA } from '../../../src/broker/log-entry.js';
import { told } from './delivery-under-test.js';
import { fanOutUnderTest, type Member } from './fan-out-under-test.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 250);
/** Printed in the claim. The same by default, so that a commit is judged by what it changed. */
const seed = Number(process.env['MODEL_SEED'] ?? 20_261_130);

/** As long as sixteen members take here, in milliseconds. */
const LOOK_MS = 0.5;

const offsetsOf = ({ wire }: Member): number[] =>
  wire.sent.flatMap((one) => (one.event === 'message' ? [one.offset] : []));

describe('what is critical', () => {
  test('reaches everybody before the bulk that came before it in its channel', () => {
    const { members, take, turn } = fanOutUnderTest(200, LOOK_MS);
    take(128);
    take(1, { lane: 0 });
    const has = (offset: number): number =>
      members.filter((member) => offsetsOf(member).includes(offset)).length;
    while (has(129) < members.length) expect(turn()).toBe(true);
    // The first run of the bulk went to few of them by then, the rest of it to nobody.
    expect(has(1)).toBeLessThan(members.length / 2);
    expect(has(128)).toBe(0);
    while (turn());
    const bulk = Array.from({ length: 128 }, (_, index) => index + 1);
    for (const { wire } of members) {
      const all = told(wire.sent);
      const at = all.indexOf(129);
      // When its turn comes its place is told as passed.
      expect(all.toSpliced(at, 1)).toEqual([...bulk, { duplicate: [129, 129] }]);
    }
  });

  test('is sent in its turn to who has all that came before it', () => {
    const { members, take, turn } = fanOutUnderTest(64, LOOK_MS);
    take(1);
    take(1, { lane: 0 });
    while (turn());
    for (const { wire } of members) expect(told(wire.sent)).toEqual([1, 2]);
  });

  test('waits where its channel breaks off before it', () => {
    const { breakOff, members, take, turn } = fanOutUnderTest(200, LOOK_MS);
    take(64);
    breakOff();
    take(1, { lane: 0 });
    while (turn());
    const all = Array.from({ length: 65 }, (_, index) => index + 1);
    for (const member of members) expect(offsetsOf(member)).toEqual(all);
  });

  test('passes also when what was critical before it is not for everybody', () => {
    const { members, take, turn } = fanOutUnderTest(200, LOOK_MS);
    take(64);
    take(1, { lane: 0, extra: { except: ['ann'] } });
    take(1, { lane: 0 });
    const has = (): number => members.filter((member) => offsetsOf(member).includes(66)).length;
    while (has() < members.length) expect(turn()).toBe(true);
    const last = members.at(-1) as Member;
    expect(offsetsOf(last)).toEqual([66]);
    while (turn());
    expect(told(last.wire.sent).slice(-2)).toEqual([
      { excluded: [65, 65] },
      { duplicate: [66, 66] },
    ]);
  });
});

const ACTS = {
  bulk: (world, count) => world.take(1 + (count % 80)),
  /** What nothing has to be asked for is given as runs. */
  plain: (world, count) => world.take(1 + (count % 80), { extra: NO_EXTRA }),
  /** The relay has read what this instance missed. Who has no room for it would read it again. */
  fill: (world, count) => {
    for (const { wire } of world.members) wire.drain();
    for (const { wire } of world.members) wire.takes = true;
    world.take(1 + (count % 20), {}, true);
    world.take(1, { lane: 0 }, true);
    world.take(1 + (count % 20), {}, true);
  },
  breakOff: (world) => world.breakOff(),
  critical: (world, count) => world.take(1 + (count % 3), { lane: 0 }),
  turn: (world) => world.turn(),
  /** A member stops reading for a while, or goes on. */
  stall: (world, member) => (memberOf(world, member).wire.takes = false),
  drain: (world, member) => {
    memberOf(world, member).wire.takes = true;
    memberOf(world, member).wire.drain();
  },
} satisfies Record<string, (world: World, number: number) => unknown>;

type World = ReturnType<typeof fanOutUnderTest>;

function memberOf({ members }: World, number: number): Member {
  return members[number % members.length] as Member;
}

test(`everybody gets all of it once, and each priority in order (MODEL_SEED=${seed})`, () => {
  const step = fc.record({
    act: fc.constantFrom(...(Object.keys(ACTS) as (keyof typeof ACTS)[])),
    number: fc.nat(999),
  });
  let overtakings = 0;
  const property = fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (script) => {
    const world = fanOutUnderTest(8, 4);
    const urgent = new Set<number>();
    let top = 0;
    const { take } = world;
    const noting: World = {
      ...world,
      take(count, over: { readonly lane?: number } = {}, isFill) {
        for (let left = count; left > 0; left -= 1) {
          top += 1;
          if (over.lane === 0) urgent.add(top);
        }
        take(count, over, isFill);
      },
    };
    for (const { act, number } of script) ACTS[act](noting, number);
    for (const { wire } of world.members) {
      wire.takes = true;
      wire.drain();
    }
    while (world.turn());
    for (const member of world.members) {
      for (let times = 0; times < 20; times += 1) member.wire.drain();
      const offsets = offsetsOf(member);
      const sorted = offsets.toSorted((a, b) => a - b);
      expect(sorted).toEqual(Array.from({ length: top }, (_, index) => index + 1));
      const ofBoth = [true, false].map((isUrgent) =>
        offsets.filter((offset) => urgent.has(offset) === isUrgent),
      );
      for (const own of ofBoth) expect(own).toEqual(own.toSorted((a, b) => a - b));
      if (offsets.some((offset, index) => offset < (offsets[index - 1] ?? 0))) overtakings += 1;
      expect(member.subscription.told.offset).toBe(top);
    }
  });
  fc.assert(property, { numRuns: RUNS, seed });
  expect(overtakings).toBeGreaterThan(100);
}, 120_000);
