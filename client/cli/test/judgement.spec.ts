import { describe, expect, test } from '@jest/globals';
import type { Event, Fact } from '../src/verify/history.js';
import { judge, type Proceedings } from '../src/verify/judge.js';

const channel = 'chat:a';
const reader = 'r';
const of = { publisher: 'p', channel };

describe('a run is judged', () => {
  test('as held when everything came', () => {
    expect(judgement([...published(1, 2), ...delivered(1, 2)], [1, 2])).toMatchObject({
      ...{ verdict: 'held', because: null, violations: [] },
      told: { gaps: 0, lostByStore: 0 },
    });
  });

  test('as undecided when nothing happened: that proves nothing', () => {
    expect(judgement([], [])).toMatchObject({
      ...{ verdict: 'undecided', because: 'no publish was acknowledged' },
    });
    expect(judgement(published(1), [1], { readers: [] })).toMatchObject({
      ...{ verdict: 'undecided', because: 'no message was delivered' },
    });
  });

  test('as broken when a loss was not told', () => {
    const { verdict, violations } = judgement([...published(1, 2), ...delivered(1)], [1, 2]);
    expect(verdict).toBe('violated');
    expect(violations).toMatchObject([{ invariant: 'I1', reader, channel }]);
  });

  test('as held when the store forgot and the reader was told, and the loss is counted', () => {
    const to = { epoch: 'e2', offset: 0 };
    const told: Event = {
      ...{ kind: 'gap', reader, channel, reason: 'epoch', ranges: null },
      ...{ after: { epoch: 'e1', offset: 1 }, to },
    };
    const facts = [...published(1, 2), ...delivered(1), told];
    const logs = [{ channel, epoch: 'e2', floor: 0, entries: [] }];
    expect(judgement(facts, [], { logs })).toMatchObject({
      verdict: 'held',
      told: { gaps: 1, messages: 0, byReason: { epoch: 1 }, lostByStore: 2 },
    });
  });

  test('as held when trimmed messages were told by number', () => {
    const places = { after: { epoch: 'e1', offset: 1 }, to: { epoch: 'e1', offset: 2 } };
    const told: Event = {
      ...{ kind: 'gap', reader, channel, reason: 'trimmed', ranges: [[2, 2]] },
      ...places,
    };
    const facts = [...published(1, 2, 3), ...delivered(1), told, ...delivered(3)];
    expect(judgement(facts, [3])).toMatchObject({
      verdict: 'held',
      told: { gaps: 1, messages: 1, byReason: { trimmed: 1 }, lostByStore: 0 },
    });
  });

  test('without a verdict on what is missing when nobody saw the end', () => {
    const cutOff = { logs: null, cutOff: 'no instance takes connections any more' };
    const facts = [...published(1, 2), ...delivered(1)];
    expect(judgement(facts, [], cutOff)).toMatchObject({
      ...{ verdict: 'undecided', because: cutOff.cutOff, violations: [] },
    });
    // What was wrong before the end stays wrong.
    expect(judgement([...facts, ...delivered(1)], [], cutOff)).toMatchObject({
      ...{ verdict: 'violated', violations: [{ invariant: 'I2' }] },
    });
  });

  test('as broken when somebody never came to the top', () => {
    const facts = [...published(1), ...delivered(1)];
    expect(judgement(facts, [1], { stuck: ['r is not at the top'] })).toMatchObject({
      ...{ verdict: 'violated', violations: [{ invariant: 'I8', what: 'r is not at the top' }] },
    });
  });
});

function judgement(
  events: readonly Event[],
  kept: readonly number[],
  other: Partial<Proceedings> = {},
) {
  const facts = events.map((event, n): Fact => ({ ...event, at: n + 1 }));
  const entries = kept.map((offset) => ({ offset, id: `m${offset}`, hash: `h${offset}` }));
  const floor = (kept[0] ?? 1) - 1;
  return judge({
    ...{
      facts,
      channels: [channel],
      readers: [{ reader, channel, hidesRepeats: false }],
      stuck: [],
      cutOff: null,
    },
    logs: [{ channel, epoch: 'e1', floor, entries }],
    ...other,
  });
}

function published(...numbers: number[]): Event[] {
  return numbers.flatMap((n): Event[] => [
    {
      ...{ kind: 'invoke', ...of, id: `m${n}`, hash: `h${n}` },
      ...{ sequence: n, priority: 'normal' },
    },
    {
      ...{ kind: 'ok', ...of, id: `m${n}`, epoch: 'e1' },
      ...{ offset: n, duplicate: false, refusals: 0 },
    },
  ]);
}

function delivered(...numbers: number[]): Event[] {
  return numbers.map((n) => ({
    ...{ kind: 'deliver', reader, channel, epoch: 'e1', offset: n },
    ...{ id: `m${n}`, hash: `h${n}`, priority: 'normal' },
  }));
}
