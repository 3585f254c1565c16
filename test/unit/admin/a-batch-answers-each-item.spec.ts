import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ChannelsService } from '../../../src/channels/channels.service.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import { type RestApp, startRestApp } from './rest-app.js';

type Publish = Parameters<ChannelsService['publishAs']>[1];

const calls: Publish[] = [];
let rest: RestApp;

beforeAll(async () => {
  const publishAs: ChannelsService['publishAs'] = async (_, request) => {
    calls.push(request);
    if (request.channel === 'full') {
      throw new CarillonError('overloaded', 'Wait.', { retryAfterMs: 500 });
    }
    if (request.channel === 'broken') throw new Error('a secret of the inside');
    const duplicate = request.channel === 'known';
    return { id: request.id, channel: request.channel, epoch: 'e', offset: 1, at: 0, duplicate };
  };
  rest = await startRestApp({ channels: { publishAs } });
});

beforeEach(() => {
  calls.length = 0;
});

test('each item has its own status, in its place', async () => {
  const { status, json } = await rest.call('POST', '/v1/messages', {
    body: {
      items: [
        { channel: 'a', id: '1', data: 1 },
        { channel: 'known', id: '2', data: 1 },
        { channel: 'full', id: '3', data: 1 },
        { channel: 'a', id: '4', data: 1, colour: 'red' },
        'nonsense',
        { channel: 'broken', id: '5', data: 1 },
        { channel: 'a', id: '6', data: { base64: '!' }, encoding: 'base64' },
        { channel: 'a', id: '7', data: { base64: 'AA==' }, encoding: 'base64' },
      ],
    },
  });
  expect(status).toBe(207);
  expect(json).toEqual({
    items: [
      { status: 201, id: '1', channel: 'a', epoch: 'e', offset: 1, at: 0, duplicate: false },
      expect.objectContaining({ status: 200, id: '2', duplicate: true }),
      expect.objectContaining({ status: 503, code: 'overloaded', retryAfterMs: 500 }),
      expect.objectContaining({ status: 400, details: { field: 'colour' } }),
      expect.objectContaining({ status: 400, code: 'invalid_request' }),
      expect.objectContaining({ status: 500, code: 'internal' }),
      expect.objectContaining({ status: 400, code: 'invalid_request' }),
      expect.objectContaining({ status: 201, id: '7' }),
    ],
  });
  expect(JSON.stringify(json)).not.toContain('secret');
});

test('items are published in their order', async () => {
  const items = Array.from({ length: 1000 }, (_, index) => ({
    channel: 'a',
    id: `m${index}`,
    data: index,
  }));
  const { json } = await rest.call('POST', '/v1/messages', { body: { items } });
  expect(calls.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
  expect(json['items']).toHaveLength(1000);
});

test('an item without an id is named by the key and its place', async () => {
  await rest.call('POST', '/v1/messages', {
    body: {
      items: [
        { channel: 'a', data: 1 },
        { channel: 'a', id: 'own', data: 1 },
        { channel: 'a', data: 1 },
      ],
    },
    headers: { 'idempotency-key': 'night-run' },
  });
  expect(calls.map(({ id }) => id)).toEqual(['night-run:0', 'own', 'night-run:2']);
});

test('a key that leaves no room for the place is told at the item', async () => {
  const { json } = await rest.call('POST', '/v1/messages', {
    body: { items: [{ channel: 'a', data: 1 }] },
    headers: { 'idempotency-key': 'k'.repeat(128) },
  });
  expect(json).toMatchObject({ items: [{ status: 400, code: 'invalid_request' }] });
});

test.each([
  ['no items', { items: [] }],
  ['1001 items', { items: Array.from({ length: 1001 }, () => ({})) }],
  ['items that are no list', { items: {} }],
  ['an unknown field', { items: [{}], atomic: true }],
  ['nothing', {}],
])('%s is no batch', async (_, body) => {
  const { status, json } = await rest.call('POST', '/v1/messages', { body });
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'invalid_request' });
  expect(calls).toEqual([]);
});
