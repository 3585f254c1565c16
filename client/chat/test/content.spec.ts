import { describe, expect, test } from '@jest/globals';
import { readAnnouncement, readContent } from '../src/timeline/content.js';

describe('the content of a message', () => {
  test('is text when it says so, and when it is a string', () => {
    const text = { kind: 'text', text: '<b>hi</b>' };
    expect(readContent({ kind: 'text', text: '<b>hi</b>' })).toEqual(text);
    expect(readContent('<b>hi</b>')).toEqual(text);
  });

  test.each([
    ['an array buffer', new Uint8Array([1, 2, 3]).buffer],
    ['a view', new Uint8Array([9, 1, 2, 3]).subarray(1)],
  ])('is a picture from %s', (_from, bytes) => {
    const image = readContent({ kind: 'image', type: 'image/png', name: 'a.png', bytes });
    expect(image).toMatchObject({ kind: 'image', type: 'image/png', name: 'a.png' });
    expect('bytes' in image && [...image.bytes]).toEqual([1, 2, 3]);
  });

  test('is no picture when its type could hold a script', () => {
    const bytes = new Uint8Array(3);
    for (const type of ['image/svg+xml', 'text/html', 'application/pdf']) {
      expect(readContent({ kind: 'image', type, name: 'a', bytes }).kind).toBe('unknown');
    }
  });

  test.each([
    [null, 'null'],
    [{ a: 1 }, '{\n  "a": 1\n}'],
    [{ kind: 'text', text: 7 }, '{\n  "kind": "text",\n  "text": 7\n}'],
    [new Uint8Array(5), '"(5 bytes)"'],
  ])('of unknown shape %j is its JSON', (data, json) => {
    expect(readContent(data)).toEqual({ kind: 'unknown', json });
  });

  test('is cut when somebody sends a book', () => {
    const content = readContent('x'.repeat(60_000));
    expect(content.kind === 'text' && content.text.length).toBeLessThan(21_000);
  });
});

describe('an announcement', () => {
  test('has the title and the sentence of its data', () => {
    expect(readAnnouncement({ title: 'Now', text: 'Go.' })).toEqual({ title: 'Now', text: 'Go.' });
    expect(readAnnouncement('Go.')).toEqual({ text: 'Go.' });
  });

  test('is its JSON where no sentence is found', () => {
    expect(readAnnouncement({ level: 3 })).toEqual({ text: '{\n  "level": 3\n}' });
  });
});
