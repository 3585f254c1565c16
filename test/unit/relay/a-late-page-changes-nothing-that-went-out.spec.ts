import { describe, expect, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import type { LogPage } from '../../../src/broker/broker.port.js';
import type { LogEntry } from '../../../src/broker/log-entry.js';
import { genesis, placeOf, type Position } from '../../../src/broker/position.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { FollowedLog, type Step } from '../../../src/relay/followed-log.js';

const CHANNEL = 'chat:lobby' as ChannelName;
const [EPOCH, NEXT_EPOCH] = ['e'.repeat(16), 'f'.repeat(16)] as const;

function chainOf(offset: number, life: string): string {
  return life + String(offset).padStart(15, '0');
}

/** An entry of a history; histories of another life have other chains. */
function entry(offset: number, epoch = EPOCH, life = 'a'): LogEntry {
  return {
    epoch,
    offset,
    chain: chainOf(offset, life),
    prev: chainOf(offset - 1, life),
    at: 0,
    lane: 2,
    ttlMs: 0,
    releaseAt: 0,
    kind: 'm',
    extra: {},
    text: Buffer.alloc(0),
    parts: [],
  };
}

function entries(from: number, to: number): LogEntry[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => entry(from + index));
}

/** What the log answers to who asked after `after`. */
function page(after: Position, found: readonly LogEntry[], over: Partial<LogPage> = {}): LogPage {
  const top = found.at(-1) ?? after;
  const floor = genesis(top.epoch, 1);
  const facts = {
    epoch: top.epoch,
    top,
    floor,
    purgedTo: 0,
    messages: top.offset,
    bytes: 0,
    oldestAt: null,
  };
  return {
    facts,
    continuity: 'continued',
    resumeAt: after,
    entries: found,
    more: false,
    ...over,
  };
}

function logAt(cursor: Position): FollowedLog {
  const log = new FollowedLog(CHANNEL);
  log.startAt(cursor);
  return log;
}

/** Offsets, and where the history broke. */
function handedOn({ items }: Step): (number | string)[] {
  return items.map((item) => (item.kind === 'entry' ? item.entry.offset : item.reason));
}

describe('a page that was asked for before more was announced', () => {
  test('brings nothing twice, and does not move the cursor back', () => {
    const log = logAt(entry(3));
    for (const one of entries(4, 8)) log.announced(one);
    const late = log.read(page(entry(3), entries(4, 6)));
    expect([handedOn(late), late.mustRead]).toEqual([[], false]);
    expect(log.cursor?.offset).toBe(8);
    expect(log.announced(entry(9))).toMatchObject({ mustRead: false, items: [{ kind: 'entry' }] });
  });

  test('brings what it knows beyond the cursor', () => {
    const log = logAt(entry(3));
    for (const one of entries(4, 5)) log.announced(one);
    expect(handedOn(log.read(page(entry(3), entries(4, 7))))).toEqual([6, 7]);
  });

  test('is asked for again when it shows another history at the cursor', () => {
    const log = logAt(entry(3));
    log.announced(entry(4));
    const others = [4, 5].map((offset) => entry(offset, EPOCH, 'b'));
    const late = log.read(page(entry(3), others));
    expect([handedOn(late), late.mustRead]).toEqual([[], true]);
    expect(log.cursor).toEqual(placeOf(entry(4)));
  });
});

describe('a channel that never held a message', () => {
  const start = genesis(EPOCH, 1);

  // What the old store held in between cannot be known: the log is asked, and its readers are told.
  test('does not go on in another store as if nothing had happened', () => {
    const log = logAt(start);
    const first = entry(1, NEXT_EPOCH, 'b');
    const announced = log.announced(first);
    expect([handedOn(announced), announced.mustRead]).toEqual([[], true]);
    const over = { continuity: 'epoch', resumeAt: genesis(NEXT_EPOCH, 2) } as const;
    const told = log.read(page(start, [first], over));
    expect([handedOn(told), told.mustRead]).toEqual([['epoch', 1], false]);
  });

  test('goes on when the month of its first message gave it another epoch', () => {
    const log = logAt(start);
    const first = entry(1, NEXT_EPOCH);
    expect(log.announced(first).mustRead).toBe(true);
    expect(handedOn(log.read(page(start, [first])))).toEqual([1]);
  });
});

test('what was too much to wait behind a hole is read from the log, and nothing is left out', () => {
  const log = logAt(entry(3));
  for (const one of entries(5, 1_500)) log.announced(one);
  const filled = log.read(page(entry(3), entries(4, 4)));
  expect(filled.mustRead).toBe(true);
  const out = handedOn(filled).map(Number);
  const [reached] = out.slice(-1);
  expect(out).toEqual(entries(4, reached ?? 0).map(({ offset }) => offset));
  const rest = log.read(page(entry(reached ?? 0), entries((reached ?? 0) + 1, 1_500)));
  expect([...out, ...handedOn(rest)]).toEqual(entries(4, 1_500).map(({ offset }) => offset));
  expect(rest.mustRead).toBe(false);
});

/** Announcements may be lost and repeated; pages may be late and short. */
test('every entry goes out once and in order, whatever is lost, repeated or late', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('append' as const), isHeard: fc.nat(4).map((n) => n > 0) }),
    fc.record({ do: fc.constant('repeat' as const), back: fc.nat(4) }),
    fc.record({ do: fc.constant('ask' as const), limit: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ do: fc.constant('answer' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const log = logAt(genesis(EPOCH, 1));
      const out: number[] = [];
      const note = ({ items }: Step): void => {
        for (const item of items) out.push(item.kind === 'entry' ? item.entry.offset : -1);
      };
      let top = 0;
      let underWay: LogPage | null = null;
      const ask = (limit: number): LogPage => {
        const after = log.cursor ?? genesis(EPOCH, 1);
        const following = entries(after.offset + 1, top);
        const more = following.length > limit;
        return page(after, following.slice(0, limit), { more });
      };
      for (const one of steps) {
        if (one.do === 'append') {
          top += 1;
          if (one.isHeard) note(log.announced(entry(top)));
        } else if (one.do === 'repeat') {
          if (top > one.back) note(log.announced(entry(top - one.back)));
        } else if (one.do === 'ask') {
          underWay ??= ask(one.limit);
        } else if (underWay) {
          note(log.read(underWay));
          underWay = null;
        }
      }
      if (underWay) note(log.read(underWay));
      note(log.read(ask(100)));
      expect(out).toEqual(entries(1, top).map(({ offset }) => offset));
    }),
    { numRuns: 300 },
  );
});
