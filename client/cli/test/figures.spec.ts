import { describe, expect, test } from '@jest/globals';
import { figuresOf } from '../src/verify/figures.js';
import type { Event, Fact } from '../src/verify/history.js';

const MS = 1_000_000;
const of = { publisher: 'p', channel: 'c' };

describe('the figures of a history', () => {
  test('count outcomes by the word of the server', () => {
    const facts = [
      ...[1, 2, 3, 4].map((n) => invoke(n, 0)),
      ok(1, 4, false),
      ok(2, 8, true, 3),
      fact(9, { kind: 'fail', ...of, id: 'm3', code: 'overloaded' }),
      fact(9, { kind: 'unknown', ...of, id: 'm4', code: 'unavailable' }),
    ];
    expect(figuresOf(facts)).toMatchObject({
      publishes: {
        ...{ asked: 4, acknowledged: 2, duplicates: 1, refused: 1, unknown: 1, retriedRefusals: 3 },
        byCode: { overloaded: 1, unavailable: 1 },
      },
      latencyMs: { acknowledged: { n: 2, p50: 4, p99: 8, max: 8 }, delivered: null, back: null },
    });
  });

  test('tell what came by resuming from what came live', () => {
    const facts = [
      state('connected', 0),
      invoke(1, 10),
      deliver(1, 13),
      state('lost', 20),
      invoke(2, 25),
      deliver(2, 120),
      state('connected', 121),
      invoke(3, 130),
      deliver(3, 132),
    ];
    expect(figuresOf(facts)).toMatchObject({
      deliveries: { checked: 3, resumed: 1 },
      latencyMs: {
        delivered: { n: 2, p50: 2, p99: 3, max: 3 },
        back: { n: 1, p50: 101, p99: 101, max: 101 },
      },
    });
  });

  test('do not take leaving on purpose for a lost connection', () => {
    const facts = [state('connected', 0), state('left', 5), state('connected', 3_000)];
    expect(figuresOf(facts).latencyMs.back).toBeNull();
  });
});

function fact(atMs: number, event: Event): Fact {
  return { ...event, at: atMs * MS };
}

function invoke(n: number, atMs: number): Fact {
  const message = { id: `m${n}`, hash: `h${n}`, sequence: n, priority: 'normal' };
  return fact(atMs, { kind: 'invoke', ...of, ...message });
}

function ok(n: number, atMs: number, duplicate: boolean, refusals = 0): Fact {
  const place = { epoch: 'e', offset: n, duplicate, refusals };
  return fact(atMs, { kind: 'ok', ...of, id: `m${n}`, ...place });
}

function deliver(n: number, atMs: number): Fact {
  const message = { epoch: 'e', offset: n, id: `m${n}`, hash: `h${n}`, priority: 'normal' };
  return fact(atMs, { kind: 'deliver', reader: 'r', channel: 'c', ...message });
}

function state(name: string, atMs: number): Fact {
  return fact(atMs, { kind: 'state', who: 'r', state: name, url: 0 });
}
