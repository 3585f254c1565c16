import { expect, test } from '@jest/globals';
import { pageOf } from '../../../src/admin/page.js';
import type { Instance } from '../../../src/protocol/admin/instance.js';
import { startRestApp } from './rest-app.js';

const instance: Instance = {
  id: 'a',
  version: '1',
  startedAt: 1,
  sessions: 2,
  channels: 3,
  loopDelayMs: 0.5,
  outboxBytes: 4,
  state: 'ready',
};

test('instances come with a cursor for the rest', async () => {
  const ids = ['a', 'b', 'c'];
  const rest = await startRestApp({
    cluster: { instances: async () => ids.map((id) => ({ ...instance, id })) },
  });
  const first = await rest.call('GET', '/v1/instances?limit=2');
  expect(first.json).toMatchObject({ items: [instance, { id: 'b' }], next: expect.any(String) });
  const second = await rest.call(
    'GET',
    `/v1/instances?limit=2&cursor=${String(first.json['next'])}`,
  );
  expect(second.json).toMatchObject({ items: [{ id: 'c' }], next: null });

  const forged = await rest.call('GET', '/v1/instances?cursor=forged');
  expect(forged.status).toBe(400);
});

test('an item that came or went between two pages is not skipped and not repeated', () => {
  const keyOf = (key: string) => key;
  const { next } = pageOf(['b', 'd', 'f'], keyOf, { limit: 2 });
  expect(pageOf(['a', 'c', 'e', 'f'], keyOf, { cursor: next ?? '' })).toEqual({
    items: ['e', 'f'],
    next: null,
  });
});
