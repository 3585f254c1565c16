import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { broadcastBody } from '../../../src/protocol/admin/broadcast.js';
import { historyQuery } from '../../../src/protocol/admin/page.js';
import { batchBody, publishBody } from '../../../src/protocol/admin/publish.js';
import { COMMANDS } from '../../../src/protocol/commands.js';
import { issueWords } from '../../../src/protocol/issue-words.js';

/** The first field that is wrong, and the words for it. */
function refusalOf(schema: z.ZodType, value: unknown): [string, string] {
  const [issue] = schema.safeParse(value, { error: issueWords }).error?.issues ?? [];
  return [issue?.path.join('.') ?? 'nothing is wrong', issue?.message ?? ''];
}

const publish = { channel: 'a', id: 'm', data: 1 };
const everyone = { audience: { everyone: true }, data: 1 };

test.each<[z.ZodType, unknown, string, string]>([
  [COMMANDS.publish, { ...publish, id: undefined }, 'id', 'it is missing, give text'],
  [COMMANDS.publish, { ...publish, id: 5 }, 'id', 'give text'],
  [COMMANDS.publish, { ...publish, id: '' }, 'id', 'give at least 1 character'],
  [COMMANDS.publish, { ...publish, id: 'x'.repeat(129) }, 'id', 'give at most 128 characters'],
  [COMMANDS.publish, { ...publish, id: 'x'.repeat(300) }, 'id', 'give at most 128 characters'],
  [
    COMMANDS.publish,
    { ...publish, id: 'a\u0000' },
    'id',
    'it has characters that are not allowed here',
  ],
  [
    COMMANDS.publish,
    { ...publish, priority: 'urgent' },
    'priority',
    'give one of "critical", "high", "normal", "low"',
  ],
  [COMMANDS.publish, { ...publish, ttlMs: 1.5 }, 'ttlMs', 'give a whole number'],
  [COMMANDS.publish, { ...publish, ttlMs: 0 }, 'ttlMs', 'give at least 1'],
  [COMMANDS.publish, { ...publish, echo: 'no' }, 'echo', 'give true or false'],
  [COMMANDS.publish, { ...publish, headers: [] }, 'headers', 'give an object'],
  [
    COMMANDS.publish,
    { ...publish, headers: { '': 'x' } },
    'headers.',
    'a field may not be called so',
  ],
  [COMMANDS.publish, { ...publish, spare: 1 }, '', 'leave out `spare`, which is not known here'],
  [COMMANDS.publish, 5, '', 'give an object'],
  [COMMANDS.subscribe, { channel: 'a', rewind: 1001 }, 'rewind', 'give at most 1000'],
  [COMMANDS.acknowledge, { ids: [] }, 'ids', 'give at least 1 entry'],
  [batchBody, { items: 'all' }, 'items', 'give a list'],
  [publishBody, { data: 1, encoding: 'hex' }, 'encoding', 'give "base64"'],
  [broadcastBody, { ...everyone, releaseAt: 'soon' }, 'releaseAt', 'give a number or "together"'],
  [historyQuery, { limit: 'x' }, 'limit', 'give a whole number from 1 to 1000'],
])('%# %p', (schema, value, field, words) => {
  const [found, told] = refusalOf(schema, value);
  expect([found, told]).toEqual([field, words]);
});

describe('words', () => {
  test('never quote a value, and only the beginning of a name', () => {
    const canary = 'canary'.repeat(20);
    for (const key of ['id', 'priority', 'echo', 'ttlMs', 'headers', 'channel']) {
      const [, words] = refusalOf(COMMANDS.publish, { ...publish, [key]: { [canary]: canary } });
      expect(words).not.toContain('canary');
    }
    const [, words] = refusalOf(COMMANDS.publish, { ...publish, [canary]: 1 });
    expect(words.length).toBeLessThan(100);
  });
});
