import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Buffer } from 'node:buffer';
import { packData } from '../../../src/channels/message-data.js';

const MAX_BYTES = 65_536;

/** Arrays in arrays: `levels` of them, the innermost empty. */
function nested(levels: number): unknown[] {
  let value: unknown[] = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
}

/** The same with objects, whose keys are where a copy would have to go down. */
function nestedObjects(levels: number, innermost: unknown): unknown {
  let value = innermost;
  for (let level = 0; level < levels; level += 1) value = { child: value };
  return value;
}

const refusal = expect.objectContaining({ code: 'invalid_request' });

describe('JSON', () => {
  test('comes back as it was given', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (data) => {
        const { json, parts } = packData(data, 10_000_000);
        expect(json).toBe(JSON.stringify(data));
        expect(parts).toEqual([]);
      }),
    );
  });

  test('may have a hundred levels and no more', () => {
    expect(packData(nested(100), MAX_BYTES).json).toBe('['.repeat(100) + ']'.repeat(100));
    expect(() => packData(nested(101), MAX_BYTES)).toThrow(refusal);
    expect(() => packData(nestedObjects(100, 1), MAX_BYTES)).not.toThrow();
    expect(() => packData(nestedObjects(101, 1), MAX_BYTES)).toThrow(refusal);
  });

  test('that is deep enough to exhaust the stack is refused like any other', () => {
    expect(() => packData(nested(200_000), MAX_BYTES)).toThrow(refusal);
    expect(() => packData(nestedObjects(200_000, Buffer.alloc(1)), MAX_BYTES)).toThrow(refusal);
  });

  test.each([Infinity, -Infinity, NaN])('cannot say %p, however deep it is', (number) => {
    expect(() => packData(number, MAX_BYTES)).toThrow(refusal);
    expect(() => packData({ list: [1, { number }] }, MAX_BYTES)).toThrow(refusal);
  });

  test.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a big integer', 1n],
    ['a symbol', Symbol('x')],
  ])('cannot say %s', (_what, value) => {
    expect(() => packData(value, MAX_BYTES)).toThrow(refusal);
    expect(() => packData([value], MAX_BYTES)).toThrow(refusal);
  });

  // A forged placeholder would end the connection of every subscriber.
  test.each(['{"_placeholder":true,"num":0}', '[{"a":[{"_placeholder":false}]}]'])(
    'may not hold a placeholder: %s',
    (json) => {
      expect(() => packData(JSON.parse(json), MAX_BYTES)).toThrow(refusal);
    },
  );

  test('may say _placeholder where it is no key', () => {
    const data = ['_placeholder', { key: '_placeholder' }];
    expect(packData(data, MAX_BYTES).json).toBe(JSON.stringify(data));
  });

  test('keeps a key __proto__ as data, beside binary as well', () => {
    const plain: unknown = JSON.parse('{"__proto__":{"admin":true},"a":1}');
    expect(packData(plain, MAX_BYTES).json).toBe('{"__proto__":{"admin":true},"a":1}');

    const mixed = JSON.parse('{"__proto__":{"admin":true},"a":1}') as Record<string, unknown>;
    mixed['a'] = Buffer.from('x');
    expect(packData(mixed, MAX_BYTES).json).toBe(
      '{"__proto__":{"admin":true},"a":{"_placeholder":true,"num":0}}',
    );
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('binary', () => {
  test('becomes placeholders, numbered in the order in which they stand', () => {
    const [a, b, c] = ['first', 'second', 'third'].map((text) => Buffer.from(text));
    const data = { a, list: [1, b, { c }], last: 'x' };
    const { json, parts } = packData(data, MAX_BYTES);
    expect(JSON.parse(json)).toEqual({
      a: { _placeholder: true, num: 0 },
      list: [1, { _placeholder: true, num: 1 }, { c: { _placeholder: true, num: 2 } }],
      last: 'x',
    });
    expect(parts).toEqual([a, b, c]);
    // What the caller gave is not written to.
    expect(data).toEqual({ a, list: [1, b, { c }], last: 'x' });
  });

  test('may be the whole of it, or a view into something larger', () => {
    const view = new Uint8Array([9, 1, 2, 9]).subarray(1, 3);
    const { json, parts } = packData(view, MAX_BYTES);
    expect(json).toBe('{"_placeholder":true,"num":0}');
    expect(parts).toEqual([Buffer.from([1, 2])]);
  });

  test('may have eight parts and no more', () => {
    const parts = (count: number) => Array.from({ length: count }, () => Buffer.from('x'));
    expect(packData(parts(8), MAX_BYTES).parts).toHaveLength(8);
    expect(() => packData(parts(9), MAX_BYTES)).toThrow(refusal);
    expect(() => packData({ a: parts(8), b: { c: Buffer.from('x') } }, MAX_BYTES)).toThrow(refusal);
  });
});

describe('the size', () => {
  const tooLarge = expect.objectContaining({ code: 'message_too_large' });

  test('is that of the JSON in bytes, not in characters', () => {
    // Two quotes and three bytes for each.
    expect(() => packData('☃'.repeat(10), 32)).not.toThrow();
    expect(() => packData('☃'.repeat(10), 31)).toThrow(tooLarge);
  });

  test('counts binary with the JSON around it', () => {
    const data = { part: Buffer.alloc(100) };
    const around = '{"part":{"_placeholder":true,"num":0}}'.length;
    expect(() => packData(data, around + 100)).not.toThrow();
    expect(() => packData(data, around + 99)).toThrow(tooLarge);
  });
});
