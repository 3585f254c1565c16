import { describe, expect, test } from '@jest/globals';
import { takePayload } from '../src/payload.js';

describe('a payload', () => {
  test('is a copy: what changes later is not sent', () => {
    const data = { list: [1], bytes: Uint8Array.of(1, 2) };
    const payload = takePayload(data);
    data.list.push(2);
    data.bytes[0] = 9;
    expect(payload.data).toEqual({ list: [1], bytes: Uint8Array.of(1, 2) });
  });

  test('is measured as it will be written', () => {
    expect(takePayload('ä"').bytes).toBe(6);
    expect(takePayload({ a: [1, null] }).bytes).toBe('{"a":[1,null]}'.length);
    expect(takePayload(new Uint8Array(100)).bytes).toBe(100 + 'null'.length);
  });

  test('may be of any JSON, and says itself how it is written', () => {
    const at = new Date(0);
    expect(takePayload({ at, gone: undefined, none: null }).data).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      none: null,
    });
    expect(takePayload(false).data).toBe(false);
  });

  test('keeps odd keys as plain data', () => {
    const data: unknown = JSON.parse('{"__proto__":{"x":1}}');
    expect(JSON.stringify(takePayload(data).data)).toBe('{"__proto__":{"x":1}}');
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const refused: [string, unknown][] = [
    ['undefined', undefined],
    ['a bigint', { n: 1n }],
    ['a function', [() => 1]],
    ['a symbol', Symbol('x')],
    ['a circle', circular],
    ['a forged placeholder', { a: { _placeholder: true, num: 0 } }],
    ['nine binary parts', Array.from({ length: 9 }, () => new Uint8Array(1))],
  ];
  for (const [name, data] of refused) {
    test(`is refused before it is sent: ${name}`, () => {
      expect(() => takePayload(data)).toThrow(
        expect.objectContaining({ code: 'invalid_request', outcome: 'failed' }),
      );
    });
  }
});
