import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPlainPublish, publishCommand } from '../../../src/protocol/commands/publish.js';

const SEED = 20_261_123;

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 70 }),
  fc.string({ maxLength: 140 }),
  fc.constantFrom('normal', 'critical', 'urgent', 'constructor', 1, 0, true, null, undefined),
  fc.jsonValue(),
);
const body = fc
  .dictionary(
    fc.constantFrom(
      'channel',
      'id',
      'data',
      'priority',
      'ttlMs',
      'echo',
      'headers',
      '__proto__',
      'x',
    ),
    value,
  )
  .map((entries) => ({ ...entries }));
const nearlyGood = fc
  .record({ channel: fc.string(), id: fc.string({ maxLength: 70 }), data: fc.jsonValue() })
  .chain((good) => body.map((more) => ({ ...good, ...more })));

describe(`what passes without the schema (seed ${SEED})`, () => {
  test('is what the schema takes, as it is', () => {
    let passed = 0;
    fc.assert(
      fc.property(fc.oneof(body, nearlyGood), (tried) => {
        if (!isPlainPublish(tried)) return;
        passed += 1;
        expect(publishCommand.parse(tried)).toEqual(tried);
      }),
      { seed: SEED, numRuns: 5_000 },
    );
    expect(passed).toBeGreaterThan(100);
  });

  test.each([
    ['a plain publish', { channel: 'chat:a', id: 'a', data: 1 }, true],
    ['one with a priority', { channel: 'chat:a', id: 'a', data: 1, priority: 'low' }, true],
    ['one without data', { channel: 'chat:a', id: 'a', priority: 'low' }, false],
    ['an unknown priority', { channel: 'chat:a', id: 'a', data: 1, priority: 'x' }, false],
    ['an id that cannot be seen', { channel: 'chat:a', id: '\u0007', data: 1 }, false],
    ['an empty id', { channel: 'chat:a', id: '', data: 1 }, false],
    ['an unknown field', { channel: 'chat:a', id: 'a', data: 1, more: 1 }, false],
    ['a channel that is no text', { channel: 1, id: 'a', data: 1 }, false],
  ])('%s', (_what, tried, passes) => {
    expect(isPlainPublish(tried)).toBe(passes);
  });
});
