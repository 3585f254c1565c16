import { beforeEach, describe, expect, test } from '@jest/globals';
import { FlushSchedule } from '../../../src/delivery/flush-schedule.js';
import { JoinedFrames } from '../../../src/delivery/joined-frames.js';
import type { Session } from '../../../src/delivery/session.js';

/** As long as one write takes here, in milliseconds. */
const WRITE_MS = 0.01;
/** Between two looks at the clock. */
const LOOK_MS = 16 * WRITE_MS;

describe('a fan-out', () => {
  let clock: number;
  let slices: (() => void)[];
  let written: string[];
  let schedule: FlushSchedule;
  let isUrgentNear: boolean;

  beforeEach(() => {
    clock = 1_000;
    isUrgentNear = false;
    slices = [];
    written = [];
    schedule = new FlushSchedule({
      windowMs: 0,
      joined: new JoinedFrames(),
      now: () => clock,
      isUrgentNear: () => isUrgentNear,
      next: (slice) => slices.push(slice),
    });
  });

  function session(name: string): Session {
    const outbox = {
      bytes: 200,
      flush: () => {
        clock += WRITE_MS;
        written.push(name);
      },
    };
    // What the schedule looks at; the rest of a session is not its business.
    return { owed: null, writtenAt: Number.NEGATIVE_INFINITY, outbox } as unknown as Session;
  }

  function sessions(count: number): Session[] {
    return Array.from({ length: count }, (_, index) => session(`s${index}`));
  }

  function owe(to: readonly Session[], isUrgent = false): void {
    for (const one of to) schedule.owe(one, isUrgent);
    schedule.run();
  }

  /** How long the longest slice took that came in a later turn, until all were written to. */
  function longestOf(all: readonly Session[], isUrgent = false): number {
    owe(all, isUrgent);
    let longest = 0;
    while (slices.length > 0) {
      expect(slices).toHaveLength(1);
      const begun = clock;
      nextSlice();
      longest = Math.max(longest, clock - begun);
    }
    // Sums of a hundredth are not exact.
    return Math.round(longest * 100) / 100;
  }

  /** Ten urgent batches, and the slice that comes in the same turn: together as long as one; then it goes on. */
  function expectOneShare(count: number): void {
    const begun = clock;
    for (let batch = 0; batch < 10; batch += 1) owe(sessions(count), true);
    nextSlice();
    expect(clock - begun).toBeLessThanOrEqual(8 + 2 * LOOK_MS);
    const before = written.length;
    nextSlice();
    expect(written.length).toBeGreaterThan(before);
  }

  function nextSlice(): void {
    const due = slices.shift();
    if (!due) throw new Error('no slice is to come');
    due();
  }

  test('to few is written at once', () => {
    owe(sessions(10));
    expect([written.length, slices.length]).toEqual([10, 0]);
  });

  test('to many lets the event loop have its turn after two milliseconds', () => {
    const all = sessions(1_000);
    const longest = longestOf(all);
    expect(written).toEqual(all.map((_, index) => `s${index}`));
    expect(longest).toBeGreaterThanOrEqual(2);
    expect(longest).toBeLessThanOrEqual(2 + LOOK_MS);
  });

  test('lets it have its turn after a quarter of that while something urgent is expected', () => {
    isUrgentNear = true;
    const longest = longestOf(sessions(1_000));
    expect(longest).toBeGreaterThanOrEqual(0.5);
    expect(longest).toBeLessThanOrEqual(0.5 + LOOK_MS);
  });

  test('that is urgent is done in few turns: it takes eight milliseconds of each', () => {
    const all = sessions(5_000);
    const longest = longestOf(all, true);
    expect(written).toEqual(all.map((_, index) => `s${index}`));
    expect(longest).toBeGreaterThanOrEqual(8);
    expect(longest).toBeLessThanOrEqual(8 + LOOK_MS);
  });

  test.each([
    ['that are too many', 2_000],
    ['of which each is done at once', 500],
  ])('that is urgent takes no more of a turn in batches %s', (_what, count) => {
    expectOneShare(count);
  });

  test('that becomes urgent while a slice is to come has its time of the turn instead of that', () => {
    owe(sessions(1_000));
    expect(slices).toHaveLength(1);
    expectOneShare(2_000);
  });

  test('that is urgent and done at once leaves the next turn its whole time', () => {
    owe(sessions(500), true);
    nextSlice();
    expect(slices).toHaveLength(0);
    const begun = clock;
    owe(sessions(2_000), true);
    expect(clock - begun).toBeGreaterThanOrEqual(8);
  });

  test('writes once to who is owed more before its slice has come', () => {
    const all = sessions(1_000);
    owe(all);
    const before = written.length;
    expect(before).toBeLessThan(1_000);
    owe(all.slice(before));
    while (slices.length > 0) nextSlice();
    expect(written.toSorted()).toEqual(all.map((_, index) => `s${index}`).toSorted());
  });

  test('that is urgent goes before what still waits of one that is not', () => {
    owe(sessions(1_000));
    const before = written.length;
    owe([session('urgent')], true);
    expect(written.slice(before)).toEqual(['urgent']);
    while (slices.length > 0) nextSlice();
    expect(written).toHaveLength(1_001);
  });

  test('that is urgent and for many goes in slices too, before everything else', () => {
    owe(sessions(1_000));
    const bulk = written.length;
    owe(
      Array.from({ length: 100 }, (_, index) => session(`u${index}`)),
      true,
    );
    while (slices.length > 0) nextSlice();
    const urgent = written.slice(bulk, bulk + 100);
    expect(urgent.every((name) => name.startsWith('u'))).toBe(true);
    expect(written).toHaveLength(1_100);
  });

  test('that is urgent and never ends leaves every eighth slice to the others', () => {
    const hot = Array.from({ length: 10_000 }, (_, index) => session(`u${index}`));
    owe(hot, true);
    owe(Array.from({ length: 1_600 }, (_, index) => session(`calm${index}`)));
    const lengths: number[] = [];
    const places: number[] = [];
    for (let slice = 1; slice <= 40; slice += 1) {
      // Whoever was written to is owed something urgent again before the next slice.
      for (const one of hot) schedule.owe(one, true);
      const [begun, before] = [clock, written.length];
      nextSlice();
      lengths.push(clock - begun);
      if (written.slice(before).some((name) => name.startsWith('calm'))) places.push(slice);
    }
    expect(written.filter((name) => name.startsWith('calm'))).toHaveLength(1_600);
    expect(places).toHaveLength(2);
    expect((places[1] ?? 0) - (places[0] ?? 0)).toBe(8);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(8.01 + LOOK_MS);
    const urgent = written.filter((name) => name.startsWith('u'));
    expect(urgent.slice(0, 10_000)).toEqual(hot.map((_, index) => `u${index}`));
  });

  test('does not write to a session that has ended meanwhile', () => {
    const all = sessions(1_000);
    owe(all);
    for (const one of all) one.owed = null;
    const before = written.length;
    while (slices.length > 0) nextSlice();
    expect(written).toHaveLength(before);
  });

  test('becomes urgent for a session that still waits, and is written once', () => {
    const all = sessions(1_000);
    owe(all);
    const last = all.slice(-1);
    const before = written.length;
    owe(last, true);
    expect(written.slice(before)).toEqual(['s999']);
    while (slices.length > 0) nextSlice();
    expect(written.filter((name) => name === 's999')).toHaveLength(1);
  });
});
