import { describe, expect, test } from '@jest/globals';
import { terminalOf } from '../src/terminal/terminal.js';
import type { Verdict } from '../src/verify/verdict.js';
import { verdictText } from '../src/verify/verdict-text.js';

const nowhere = { write: () => true };
const { style } = terminalOf({ out: nowhere, err: nowhere }, true);

describe('the text of a verdict', () => {
  test('says that it held, with the counts, the times and the seed', () => {
    const text = textOf({});
    expect(text).toContain('The promise held.  seed 7');
    expect(text).toContain('2 seen: a, b');
    expect(text).toContain('1,802 acknowledged, 3 of them found stored by an earlier try');
    expect(text).toContain('told losses   none');
    expect(text).toMatch(/publish → acknowledged +1,802 +1\.9 ms +8\.4 ms +1\.20 s/);
    expect(text.match(/ok$/gm)).toHaveLength(8);
    expect(text).toContain('add --seed 7');
  });

  test('tells losses that were told apart from violations', () => {
    const told = {
      gaps: 4,
      messages: 9,
      byReason: { trimmed: 3, epoch: 1 },
      refillsAsked: 0,
      lostByStore: 12,
    };
    const text = textOf({ told });
    expect(text).toContain('The promise held. What was lost was told, 4 times.');
    expect(text).toContain('4 (trimmed × 3, epoch × 1), 9 deliveries known by number');
    expect(text).toContain('the store lost 12 acknowledged publishes');
  });

  test('names what was broken, where, for whom, and where the evidence is', () => {
    const violation = {
      invariant: 'I1',
      channel: 'chat:a',
      reader: 'plain1',
      what: 'x never came',
    };
    const violations = Array.from({ length: 20 }, () => violation as Verdict['violations'][number]);
    const text = textOf({ verdict: 'violated', violations, history: 'run.ndjson' });
    expect(text).toContain('The promise was broken 20 times.');
    expect(text).toMatch(/^ {4}I1 {2}.*broken × 20$/m);
    expect(text.match(/ok$/gm)).toHaveLength(7);
    expect(text.match(/I1 {2}chat:a plain1: x never came/g)).toHaveLength(12);
    expect(text).toContain('and 8 more');
    expect(text).toContain('everything that was seen: run.ndjson');
  });

  test('claims nothing when there is no verdict', () => {
    const text = textOf({ verdict: 'undecided', because: 'no publish was acknowledged' });
    expect(text).toContain('No verdict: no publish was acknowledged.');
    expect(text).not.toContain('held');
    expect(text).not.toMatch(/ok$/m);
  });

  test('says that an undisturbed run proves little', () => {
    expect(textOf({ connections: { lost: 0, leftOnPurpose: 4 } })).toContain('little was proved');
    expect(textOf({})).not.toContain('little was proved');
  });

  test('does not say that nothing was lost on the way where losses were told', () => {
    const told = {
      gaps: 2,
      messages: 5,
      byReason: { overflow: 2 },
      refillsAsked: 1,
      lostByStore: 0,
    };
    const text = textOf({ connections: { lost: 0, leftOnPurpose: 4 }, told });
    expect(text).toContain(
      'told losses   2 (overflow × 2), 5 deliveries known by number; history was asked to refill 1',
    );
    expect(text).not.toContain('nothing was lost on the way');
    expect(text).toContain('longer and harder');
  });
});

function textOf(other: Partial<Verdict>): string {
  return verdictText(
    {
      ...{ verdict: 'held', because: null, violations: [], seed: 7, seconds: 30 },
      ...{ wasStopped: false, urls: ['http://a'], instances: ['a', 'b'], remarks: [] },
      told: { gaps: 0, messages: 0, byReason: {}, refillsAsked: 0, lostByStore: 0 },
      plan: {
        ...{ run: 'r', seed: 7, seconds: 30, publishers: 3, subscribers: 12, channels: 4 },
        ...{ perSecond: 60, bytes: 200, leavers: 3, settleSeconds: 30, namespace: 'chat' },
      },
      publishes: {
        ...{ asked: 1_802, acknowledged: 1_802, duplicates: 3, refused: 0, unknown: 0 },
        ...{ retriedRefusals: 0, byCode: {} },
      },
      deliveries: { checked: 21_624, resumed: 312 },
      latencyMs: {
        acknowledged: { n: 1_802, p50: 1.9, p99: 8.4, max: 1_200 },
        ...{ delivered: null, back: null },
      },
      connections: { lost: 9, leftOnPurpose: 41 },
      history: null,
      ...other,
    },
    style,
  );
}
