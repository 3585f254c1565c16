import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Cursor } from '../src/cursor.js';
import { gap, message, overtaking } from './support/wire-examples.js';

function cursorAt(position: string): Cursor {
  const cursor = new Cursor();
  cursor.begin('e1');
  cursor.standAt(position);
  return cursor;
}

describe('a cursor', () => {
  test('takes a message once', () => {
    const cursor = cursorAt('p0');
    expect(cursor.admit(message(1))).toBe(true);
    expect(cursor.admit(message(1))).toBe(false);
  });

  test('keeps its position where a message overtook', () => {
    const cursor = cursorAt('p0');
    cursor.admit(message(1));
    expect(cursor.admit(overtaking(5))).toBe(true);
    expect(cursor.position).toBe('p1');
  });

  test('drops an overtaker that a resume repeats, and moves on with it', () => {
    const cursor = cursorAt('p0');
    cursor.admit(overtaking(2));
    cursor.admit(message(1));
    expect(cursor.admit(message(2))).toBe(false);
    expect(cursor.position).toBe('p2');
  });

  test('does not go back for a repeat', () => {
    const cursor = cursorAt('p0');
    cursor.admit(message(3));
    expect(cursor.admit(message(2))).toBe(false);
    expect(cursor.position).toBe('p3');
  });

  test('takes the same offsets anew in a new epoch', () => {
    const cursor = cursorAt('p0');
    cursor.admit(message(1));
    cursor.gap(gap({ epoch: 'e2', reason: 'epoch', position: 'q0' }));
    expect(cursor.position).toBe('q0');
    expect(cursor.admit(message(1))).toBe(true);
  });

  test('takes the same offsets anew when an answer names another epoch', () => {
    const cursor = cursorAt('p0');
    cursor.admit(message(1));
    cursor.begin('e2');
    expect(cursor.admit(message(1))).toBe(true);
  });

  test('takes the same offsets anew after a new life that has the name of the old one', () => {
    const cursor = cursorAt('p0');
    cursor.admit(message(1));
    cursor.admit(overtaking(3));
    cursor.gap(gap({ epoch: 'e1', reason: 'epoch', position: 'q0' }));
    expect(cursor.position).toBe('q0');
    expect(cursor.admit(message(1))).toBe(true);
    expect(cursor.admit(message(3))).toBe(true);
  });

  test('takes what stands in a rewound place, unless it is the very message that overtook', () => {
    const cursor = cursorAt('p0');
    cursor.admit(message(3));
    cursor.admit(overtaking(5, { id: 'lost' }));
    cursor.admit(overtaking(6, { id: 'kept' }));
    cursor.gap(gap({ reason: 'rewound', position: 'p2' }));
    expect(cursor.admit(message(3, { id: 'other' }))).toBe(true);
    expect(cursor.admit(message(5, { id: 'new' }))).toBe(true);
    expect(cursor.admit(message(6, { id: 'kept' }))).toBe(false);
  });

  test('misses below a later message what a rewound history had in that place', () => {
    const cursor = cursorAt('p0');
    cursor.admit(message(1));
    cursor.admit(message(2));
    cursor.admit(overtaking(4));
    cursor.gap(gap({ reason: 'rewound', ranges: null, position: 'p0' }));
    cursor.admit(message(1, { id: 'other' }));
    expect(cursor.missingBelow(5)).toEqual([[2, 4]]);
    expect(cursor.admit(overtaking(4))).toBe(false);
    expect(cursor.missingBelow(5)).toEqual([[2, 3]]);
  });

  test('knows after a restart too what a rewound history still has', () => {
    const before = cursorAt('p0');
    for (const offset of [1, 2, 3]) before.admit(message(offset));
    const after = new Cursor();
    after.restore(structuredClone(before.record()));
    after.gap(gap({ reason: 'rewound', ranges: null, position: 'p0' }));
    expect(after.admit(message(1))).toBe(false);
    expect(after.admit(message(2, { id: 'other' }))).toBe(true);
  });

  test('keeps a bounded record, and reads one that an older version wrote', () => {
    const before = cursorAt('p0');
    for (let offset = 1; offset <= 2_000; offset += 1) before.admit(message(offset));
    const { recent, ...older } = before.record();
    expect(recent?.at(-1)).toEqual([2_000, 'm2000']);
    expect(recent).toHaveLength(128);
    const after = new Cursor();
    after.restore(older);
    expect(after.admit(message(2_000))).toBe(false);
  });

  test('moves over what is skipped and what is missing', () => {
    const cursor = cursorAt('p0');
    cursor.skip({ channel: 'c', from: 1, to: 4, position: 'p4', reason: 'own' });
    expect(cursor.position).toBe('p4');
    expect(cursor.admit(message(4))).toBe(false);
    cursor.gap(gap({ ranges: [[5, 6]], position: 'p6' }));
    expect(cursor.position).toBe('p6');
    expect(cursor.admit(message(7))).toBe(true);
  });

  test('is the same after a restart', () => {
    const before = cursorAt('p0');
    before.admit(message(2));
    before.admit(overtaking(4));
    const after = new Cursor();
    after.restore(structuredClone(before.record()));
    expect(after.position).toBe('p2');
    expect(after.admit(message(2))).toBe(false);
    expect(after.admit(overtaking(4))).toBe(false);
    expect(after.admit(message(3))).toBe(true);
  });
});

/**
 * A server in miniature: a log with lanes, and one connection that sends any lane's next message,
 * drops some of what waits as a gap, or is cut and goes on from what the reader hands back.
 */
class Channel {
  /** Offsets that this connection has sent or told. */
  #sent = new Set<number>();
  #from = 0;
  told = new Set<number>();

  constructor(private readonly lanes: readonly number[]) {}

  resume(position: string): void {
    this.#from = Number(position.slice(1));
    this.#sent = new Set();
  }

  /** The next message of some lane, with a position when nothing lower waits. */
  send(cursor: Cursor, pick: number, seen: number[]): void {
    const heads = this.#heads();
    const offset = heads[pick % Math.max(1, heads.length)];
    if (offset === undefined) return;
    const isLowest = offset === Math.min(...this.#waiting());
    this.#sent.add(offset);
    const top = this.#contiguous();
    const form = isLowest ? message(offset, { position: `p${top}` }) : overtaking(offset);
    if (cursor.admit(form)) seen.push(offset);
  }

  /** The next message of some lane is lost and told. */
  lose(cursor: Cursor, pick: number): void {
    const heads = this.#heads();
    const lost = heads[pick % Math.max(1, heads.length)];
    if (lost === undefined) return;
    this.#sent.add(lost);
    this.told.add(lost);
    const position = `p${this.#contiguous()}`;
    cursor.gap(gap({ reason: 'overflow', ranges: [[lost, lost]], count: 1, position }));
  }

  get isDone(): boolean {
    return this.#waiting().length === 0;
  }

  #waiting(): number[] {
    const all = this.lanes.map((_lane, index) => index + 1);
    return all.filter((offset) => offset > this.#from && !this.#sent.has(offset));
  }

  #heads(): number[] {
    const waiting = this.#waiting();
    return [0, 1, 2].flatMap((lane) => {
      const head = waiting.find((offset) => this.lanes[offset - 1] === lane);
      return head === undefined ? [] : [head];
    });
  }

  /** Everything up to here was sent or told. */
  #contiguous(): number {
    const [lowest] = this.#waiting();
    return lowest === undefined ? this.lanes.length : lowest - 1;
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send'), pick: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose'), pick: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'cut', pick: 0 }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart', pick: 0 }) },
);

describe('whatever the order of overtaking, gaps, cuts and restarts', () => {
  test('the application sees each offset once, in order per priority, or is told', () => {
    const lanes = fc.array(fc.nat(2), { minLength: 1, maxLength: 40 });
    const property = fc.property(lanes, fc.array(step, { maxLength: 150 }), (log, steps) => {
      const channel = new Channel(log);
      let cursor = cursorAt('p0');
      const seen: number[] = [];
      for (const { kind, pick } of steps) {
        if (kind === 'send') channel.send(cursor, pick, seen);
        if (kind === 'lose') channel.lose(cursor, pick);
        if (kind === 'restart') {
          const restarted = new Cursor();
          restarted.restore(structuredClone(cursor.record()));
          cursor = restarted;
        }
        if (kind !== 'send' && kind !== 'lose') channel.resume(cursor.position ?? 'p0');
      }
      while (!channel.isDone) channel.send(cursor, 0, seen);
      expect(new Set(seen).size).toBe(seen.length);
      const missing = log.map((_lane, index) => index + 1).filter((n) => !seen.includes(n));
      for (const offset of missing) expect(channel.told).toContain(offset);
      for (const lane of [0, 1, 2]) {
        const ofLane = seen.filter((offset) => log[offset - 1] === lane);
        expect(ofLane).toEqual(ofLane.toSorted((one, other) => one - other));
      }
    });
    fc.assert(property, { numRuns: 500 });
  });
});
