import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Buffer } from 'node:buffer';
import {
  decodeEntry,
  type Draft,
  encodeDraft,
  entryPrefix,
} from '../../../src/broker/log-entry.js';

const [epoch, chain, prev] = ['0123456789abcdef', 'fedcba9876543210', '00000000ffffffff'] as const;

function entryOf(draft: Draft, offset: number): Buffer {
  return Buffer.concat([Buffer.from(entryPrefix(epoch, chain, prev, offset)), encodeDraft(draft)]);
}

const plain: Draft = {
  at: 1_700_000_000_000,
  lane: 2,
  ttlMs: 0,
  releaseAt: 0,
  kind: 'm',
  extra: null,
  text: '42["message",{"data":1',
  parts: [],
};

test('every draft comes back with its place', () => {
  const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  const drafts = fc.record<Draft>({
    at: whole,
    lane: fc.integer({ min: 0, max: 3 }),
    ttlMs: whole,
    releaseAt: whole,
    kind: fc.constantFrom('m', 't'),
    extra: fc.oneof(
      fc.constant(null),
      fc.record({ own: fc.string({ unit: 'grapheme' }), except: fc.array(fc.string()) }),
      fc.record({ tear: fc.tuple(whole, whole) }),
    ),
    // Line ends and characters of several bytes must not shift what follows.
    text: fc.string({ unit: 'grapheme' }).map((text) => `${text}\n☃${text}`),
    parts: fc.array(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      { maxLength: 8 },
    ),
  });
  fc.assert(
    fc.property(drafts, whole, (draft, offset) => {
      const { text, extra, ...rest } = draft;
      const entry = decodeEntry(entryOf(draft, offset));
      expect(entry).toEqual({
        ...rest,
        epoch,
        chain,
        prev,
        offset,
        extra: extra ?? {},
        text: Buffer.from(text),
      });
    }),
  );
});

const written = entryOf({ ...plain, extra: { own: 's1' }, parts: [Buffer.from('part')] }, 7);

function changed(from: string, to: string): Buffer {
  const text = written.toString('latin1');
  if (!text.includes(from)) throw new Error(`${from} is not in the entry`);
  return Buffer.from(text.replace(from, to), 'latin1');
}

test.each([
  ['nothing', Buffer.alloc(0)],
  ['another version', changed('1 0123', '2 0123')],
  ['another kind', changed(' m ', ' x ')],
  ['an entry that was cut', written.subarray(0, -1)],
  ['an entry with something behind it', Buffer.concat([written, Buffer.from('x')])],
  ['an offset that is no number', changed(' 7 1700', ' x 1700')],
  ['sizes that are no numbers', changed(' 4 ', ' y ')],
  ['an extra that is no JSON', changed('{"own"', '{"own')],
  ['one without a line end', changed('\n', ' ')],
])('%s is no entry, and is not fatal', (_what, bytes) => {
  expect(decodeEntry(written)).not.toBeNull();
  expect(decodeEntry(bytes)).toBeNull();
});

test('whatever somebody puts on the bus is decoded or refused, never thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat({ max: written.length }), (noise, at) => {
      const bytes = Buffer.concat([written.subarray(0, at), Buffer.from(noise)]);
      expect(() => decodeEntry(bytes)).not.toThrow();
    }),
  );
});
