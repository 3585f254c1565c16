import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { BroadcastBody } from '../../../src/protocol/admin/broadcast.js';
import { type RestApp, startRestApp } from './rest-app.js';

const sent: BroadcastBody[] = [];
let rest: RestApp;

beforeAll(async () => {
  rest = await startRestApp({
    broadcasts: {
      send: async (_, body) => {
        sent.push(body);
        const { id = '', audience } = body;
        return { id, status: 'sent', audience, copies: 1, createdAt: 1, duplicate: false };
      },
    },
  });
});

beforeEach(() => {
  sent.length = 0;
});

test('a broadcast is taken with 202', async () => {
  const { status, json } = await rest.call('POST', '/v1/broadcasts', {
    body: { audience: { everyone: true }, data: { base64: 'AAEC' }, encoding: 'base64' },
    headers: { 'idempotency-key': 'b1' },
  });
  expect(status).toBe(202);
  expect(json).toMatchObject({ id: 'b1', status: 'sent', copies: 1 });
  expect(sent).toEqual([{ id: 'b1', audience: { everyone: true }, data: Buffer.from([0, 1, 2]) }]);
});

test.each([
  { everyone: false },
  { everyone: true, users: ['ann'] },
  {},
  { users: [] },
  { users: Array.from({ length: 1001 }, (_, index) => `u${index}`) },
  { users: ['a b'] },
  { users: ['*', ''] },
  { tags: 'beta' },
  { everyone: true, except: {} },
  { everyone: true, except: { tags: ['beta'] } },
  'everyone',
])('%j is no audience', async (audience) => {
  const { status, json } = await rest.call('POST', '/v1/broadcasts', {
    body: { audience, data: 1 },
  });
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'invalid_request' });
  expect(json['detail']).toContain('`audience');
  expect(sent).toEqual([]);
});

test.each([{ receipts: 'all' }, { sendAt: -1 }, { releaseAt: 'soon' }, { urgent: true }])(
  '%j is refused',
  async (wish) => {
    const body = { audience: { everyone: true }, data: 1, ...wish };
    const { status } = await rest.call('POST', '/v1/broadcasts', { body });
    expect(status).toBe(400);
    expect(sent).toEqual([]);
  },
);
