import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ChannelsService } from '../../../src/channels/channels.service.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import { type RestApp, startRestApp } from './rest-app.js';

type Publish = Parameters<ChannelsService['publishAs']>;

const path = '/v1/channels/chat%3Alobby/messages';
const calls: Publish[] = [];
let answer: () => Promise<{ duplicate: boolean }> = async () => ({ duplicate: false });
let rest: RestApp;

beforeAll(async () => {
  const publishAs = async (...call: Publish) => {
    calls.push(call);
    const { id, channel } = call[1];
    return { id, channel, epoch: 'e', offset: 7, at: 5, ...(await answer()) };
  };
  rest = await startRestApp({ channels: { publishAs } });
});

beforeEach(() => {
  calls.length = 0;
  answer = async () => ({ duplicate: false });
});

test('a stored message is 201, with everything that was asked', async () => {
  const body = {
    id: 'm1',
    data: { text: 'hello' },
    priority: 'high',
    ttlMs: 1000,
    headers: { kind: 'greeting' },
    releaseAt: 99,
  };
  const { status, json } = await rest.call('POST', path, { body });
  expect(status).toBe(201);
  expect(json).toEqual({
    id: 'm1',
    channel: 'chat:lobby',
    epoch: 'e',
    offset: 7,
    at: 5,
    duplicate: false,
  });
  expect(calls).toEqual([
    [
      { publisher: 'key:test', user: null, scopes: ['*'] },
      { ...body, channel: 'chat:lobby' },
    ],
  ]);
});

test('a duplicate is 200', async () => {
  answer = async () => ({ duplicate: true });
  const { status, json } = await rest.call('POST', path, { body: { id: 'm1', data: 1 } });
  expect(status).toBe(200);
  expect(json).toMatchObject({ duplicate: true });
});

test('a conflict is 409', async () => {
  answer = async () => {
    throw new CarillonError('id_conflict', 'Use a new id.');
  };
  const { status, json } = await rest.call('POST', path, { body: { id: 'm1', data: 1 } });
  expect(status).toBe(409);
  expect(json).toMatchObject({ code: 'id_conflict' });
});

test('base64 becomes the bytes that it spells', async () => {
  const data = { base64: 'AAEC/w==' };
  await rest.call('POST', path, { body: { data, encoding: 'base64' } });
  expect(calls[0]?.[1].data).toEqual(Buffer.from([0, 1, 2, 255]));
});

test('no bytes are bytes too', async () => {
  await rest.call('POST', path, { body: { data: { base64: '' }, encoding: 'base64' } });
  expect(calls[0]?.[1].data).toEqual(Buffer.alloc(0));
});

test('without an encoding, data that looks like base64 is what it is', async () => {
  const data = { base64: 'AAEC' };
  await rest.call('POST', path, { body: { data } });
  expect(calls[0]?.[1].data).toEqual(data);
});

test.each([
  { base64: 'AAE' },
  { base64: 'AAEC\n' },
  { base64: 'AA-_' },
  { base64: 'AB==' },
  { base64: '=' },
  { base64: 5 },
  { base64: 'AAEC', more: 1 },
  {},
  'AAEC',
  null,
  ['AAEC'],
])('what is not strictly base64 is refused: %j', async (data) => {
  const { status, json } = await rest.call('POST', path, { body: { data, encoding: 'base64' } });
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'invalid_request' });
  expect(calls).toEqual([]);
});

test.each<[string, object, string]>([
  ['no data', { id: 'm1' }, 'data'],
  ['an unknown field', { data: 1, offset: 5 }, 'offset'],
  ['a channel in the body', { data: 1, channel: 'other' }, 'channel'],
  ['an echo', { data: 1, echo: false }, 'echo'],
  ['a number as text', { data: 1, ttlMs: '5' }, 'ttlMs'],
  ['half a millisecond', { data: 1, ttlMs: 1.5 }, 'ttlMs'],
  ['an unknown priority', { data: 1, priority: 'urgent' }, 'priority'],
  ['an empty id', { data: 1, id: '' }, 'id'],
  ['a long id', { data: 1, id: 'x'.repeat(129) }, 'id'],
  ['half a character in an id', { data: 1, id: '\ud800' }, 'id'],
  ['a header that is no text', { data: 1, headers: { a: 1 } }, 'headers.a'],
  ['an unknown encoding', { data: 1, encoding: 'hex' }, 'encoding'],
])('%s is refused by the name of the field', async (_, body, field) => {
  const { status, json } = await rest.call('POST', path, { body });
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'invalid_request', details: { field } });
  expect(json['detail']).toContain(`\`${field}\``);
  expect(calls).toEqual([]);
});

test('the idempotency key is the id', async () => {
  const headers = { 'idempotency-key': 'order 66' };
  await rest.call('POST', path, { body: { data: 1 }, headers });
  await rest.call('POST', path, { body: { data: 1, id: 'order 66' }, headers });
  expect(calls.map(([, { id }]) => id)).toEqual(['order 66', 'order 66']);
});

test('without either, every publish has an id of its own', async () => {
  await rest.call('POST', path, { body: { data: 1 } });
  await rest.call('POST', path, { body: { data: 1 } });
  expect(new Set(calls.map(([, { id }]) => id)).size).toBe(2);
});

test.each<[string, Record<string, string>]>([
  ['another id than the body', { 'idempotency-key': 'm2' }],
  ['too long', { 'idempotency-key': 'x'.repeat(129) }],
  ['empty', { 'idempotency-key': '' }],
])('an idempotency key that is %s is refused', async (_, headers) => {
  const { status, json } = await rest.call('POST', path, { body: { data: 1, id: 'm1' }, headers });
  expect(status).toBe(400);
  expect(json['detail']).toContain('Idempotency-Key');
  expect(calls).toEqual([]);
});
