import { beforeAll, expect, test } from '@jest/globals';
import type { ChannelsService } from '../../../src/channels/channels.service.js';
import { type RestApp, startRestApp } from './rest-app.js';

type HistoryAs = Parameters<ChannelsService['historyAs']>[1];

const asked: HistoryAs[] = [];
let rest: RestApp;

const message = { channel: 'chat:a', offset: 1, position: 'p1', id: 'm', at: 3 };

beforeAll(async () => {
  const top = { epoch: '0123456789abcdef', offset: 12, chain: 'fedcba9876543210' };
  rest = await startRestApp({
    channels: {
      historyAs: async (_, query) => {
        asked.push(query);
        return {
          messages: [
            { ...message, data: { text: 'plain' } },
            { ...message, data: Buffer.from([1, 2, 3]) },
            { ...message, data: { list: [Buffer.from('hi'), 1], none: null } },
          ],
          more: true,
          position: 'p3',
        };
      },
      purge: async () => ({
        epoch: top.epoch,
        top,
        floor: top,
        purgedTo: 12,
        messages: 0,
        bytes: 0,
        oldestAt: null,
      }),
    },
    presence: {
      members: async () => ({ members: [{ user: 'ann', clients: 2, joinedAt: 1 }], total: 1 }),
    },
  });
});

test('binary in the history is base64, and says so', async () => {
  const { status, json } = await rest.call('GET', '/v1/channels/chat:a/messages');
  expect(status).toBe(200);
  expect(json).toEqual({
    messages: [
      { ...message, data: { text: 'plain' } },
      { ...message, data: { base64: 'AQID' }, encoding: 'base64' },
      { ...message, data: { list: [{ base64: 'aGk=' }, 1], none: null }, encoding: 'base64' },
    ],
    more: true,
    position: 'p3',
  });
});

test('the page is asked for by numbers and positions', async () => {
  asked.length = 0;
  await rest.call('GET', '/v1/channels/chat:a/messages?after=p1&limit=1000');
  await rest.call('GET', '/v1/channels/%24everyone/messages?before=p2');
  expect(asked).toEqual([
    { channel: 'chat:a', after: 'p1', limit: 1000 },
    { channel: '$everyone', before: 'p2' },
  ]);
});

test.each([
  ['limit=0', 'limit'],
  ['limit=1001', 'limit'],
  ['limit=-1', 'limit'],
  ['limit=1e2', 'limit'],
  ['limit=', 'limit'],
  ['limit=5&limit=6', 'limit'],
  ['after=', 'after'],
  ['page=2', 'page'],
])('?%s is refused', async (query, field) => {
  const { status, json } = await rest.call('GET', `/v1/channels/chat:a/messages?${query}`);
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'invalid_request', details: { field } });
});

test('before and after together are refused', async () => {
  const { status } = await rest.call('GET', '/v1/channels/chat:a/messages?after=p1&before=p2');
  expect(status).toBe(400);
});

test('a purge answers what is left', async () => {
  const { status, json } = await rest.call('DELETE', '/v1/channels/chat:a/messages');
  expect(status).toBe(200);
  expect(json).toEqual({
    channel: 'chat:a',
    epoch: '0123456789abcdef',
    offset: 12,
    position: '10123456789abcdeffedcba987654321012',
    history: { messages: 0, bytes: 0, oldestAt: null },
  });
});

test('the members of a channel', async () => {
  const { json } = await rest.call('GET', '/v1/channels/chat:a/presence');
  expect(json).toEqual({ members: [{ user: 'ann', clients: 2, joinedAt: 1 }], total: 1 });
});

test.each(['%24everyone', '%24user:ann', 'a%20b'])('%s has no members', async (channel) => {
  const { status, json } = await rest.call('GET', `/v1/channels/${channel}/presence`);
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'channel_invalid' });
});
