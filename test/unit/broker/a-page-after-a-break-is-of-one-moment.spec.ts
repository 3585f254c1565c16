import { expect, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { LogReading } from '../../../src/broker/redis/log-reading.js';
import { encodeDraft, entryPrefix } from '../../../src/broker/log-entry.js';
import { Keys } from '../../../src/redis/keys.js';
import type { RedisClient } from '../../../src/redis/redis-client.js';
import { newChannel } from '../../contract/broker-under-test.js';

const EPOCH = 'e'.repeat(16);
const chainOf = (offset: number): string => String(offset).padStart(16, '0');

/** What the script answers of a channel that keeps what lies above `floor`. */
function reply(floor: number, top: number, epoch = EPOCH): unknown[] {
  const entries = Array.from({ length: top - floor }, (_, index) => {
    const offset = floor + index + 1;
    const prefix = entryPrefix(epoch, chainOf(offset), chainOf(offset - 1), offset);
    const rest = { lane: 2, ttlMs: 0, releaseAt: 0, kind: 'm', extra: null, parts: [] } as const;
    return Buffer.concat([Buffer.from(prefix), encodeDraft({ at: 1, text: 'x', ...rest })]);
  });
  const texts = [epoch, chainOf(top), chainOf(floor)].map((text) => Buffer.from(text));
  const none = Buffer.alloc(0);
  return [
    9,
    1,
    texts[0],
    top,
    texts[1],
    floor,
    texts[2],
    0,
    100,
    1,
    none,
    none,
    0,
    -1,
    none,
    ...entries,
  ];
}

/** A store that answers so, one after the other, and the reading of it. */
function readingOf(...replies: unknown[][]) {
  const answers = [...replies];
  const client = { callBuffer: () => Promise.resolve(answers.shift()) };
  // Of the client only the call of a script is used.
  return new LogReading(client as unknown as RedisClient, new Keys('test'), () => undefined);
}

const after = (offset: number) => ({
  ...{ from: { after: { epoch: EPOCH, offset, chain: chainOf(offset) } } },
  ...{ limit: 100, maxBytes: 1_000_000 },
});

test('what was trimmed between the two reads of a page counts as missing too', async () => {
  const reading = readingOf(reply(5, 9), reply(7, 9));
  const page = await reading.read(newChannel(), after(2));
  expect(page.continuity).toBe('trimmed');
  expect(page.resumeAt).toEqual({ epoch: EPOCH, offset: 7, chain: chainOf(7) });
  expect(page.entries.map(({ offset }) => offset)).toEqual([8, 9]);
});

test('a channel that began anew between the two reads of a page is read again', async () => {
  const next = 'f'.repeat(16);
  const reading = readingOf(reply(5, 9), reply(0, 2, next), reply(0, 2, next), reply(0, 2, next));
  const page = await reading.read(newChannel(), after(2));
  expect(page.continuity).toBe('epoch');
  expect(page.resumeAt).toMatchObject({ epoch: next, offset: 0 });
  expect(page.entries.map(({ epoch, offset }) => [epoch, offset])).toEqual([
    [next, 1],
    [next, 2],
  ]);
});
