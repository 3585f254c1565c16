import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import type { ChannelsService } from '../../../src/channels/channels.service.js';
import { type RestApp, startRestApp } from './rest-app.js';

const path = '/v1/channels/chat:a/messages';
let rest: RestApp;
const published: unknown[] = [];

beforeAll(async () => {
  const publishAs: ChannelsService['publishAs'] = async (_, { id, channel, data }) => {
    published.push(data);
    return { id, channel, epoch: 'e', offset: 1, at: 0, duplicate: false };
  };
  rest = await startRestApp({ channels: { publishAs } });
});

test.each([
  ['not JSON', '{"data": secret}'],
  ['half a body', '{"data": '],
  ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ['a number', '5'],
  ['an array', '[]'],
  ['null', 'null'],
])('%s is an invalid request, and the answer does not quote it', async (_, body) => {
  const answer = await rest.call('POST', path, { body });
  expect(answer.status).toBe(400);
  expect(answer.json).toMatchObject({ code: 'invalid_request' });
  expect(answer.text).not.toMatch(/secret|Unexpected|position/);
});

test.each([undefined, ''])('no body is an invalid request: %j', async (body) => {
  const answer = await rest.call('POST', path, { body });
  expect(answer.status).toBe(400);
  expect(answer.json).toMatchObject({ detail: 'Send a JSON body.' });
});

test.each([
  ['[', ']'],
  ['{"data":', '}'],
])('200,000 levels of %s are an invalid request', async (open, close) => {
  const body = `{"data":${open.repeat(200_000)}1${close.repeat(200_000)}}`;
  const answer = await rest.call('POST', path, { body });
  expect(answer.status).toBe(400);
  expect(answer.json).toMatchObject({ code: 'invalid_request' });
});

test('brackets in text are text', async () => {
  const data = `"\\${'['.repeat(1_000)}`;
  expect(await rest.call('POST', path, { body: { data } })).toMatchObject({ status: 201 });
  expect(published.at(-1)).toBe(data);
});

test('keys that mean something to JavaScript arrive as what they are: data', async () => {
  const body = '{"data":{"__proto__":{"a":1},"constructor":2,"prototype":3}}';
  expect(await rest.call('POST', path, { body })).toMatchObject({ status: 201 });
  expect(JSON.stringify(published.at(-1))).toBe(
    '{"__proto__":{"a":1},"constructor":2,"prototype":3}',
  );
});

test('a body above 4 MiB is too large, however it is sent', async () => {
  const text = JSON.stringify({ data: 'x'.repeat(4 * 1024 * 1024) });
  const whole = await rest.call('POST', path, { body: text });
  expect(whole.status).toBe(413);
  expect(whole.json).toMatchObject({ code: 'message_too_large', details: { maxBytes: 4_194_304 } });

  const parts = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
  const response = await fetch(`${rest.url}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer opens-everything', 'content-type': 'application/json' },
    body: parts,
    duplex: 'half',
  });
  expect(response.status).toBe(413);
});

test('a body just below it is read', async () => {
  const data = 'x'.repeat(4 * 1024 * 1024 - 11);
  expect(await rest.call('POST', path, { body: { data } })).toMatchObject({ status: 201 });
});

test.each([
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'application/jsonp' },
])('another media type is refused: %j', async (headers) => {
  const answer = await rest.call('POST', path, { body: '{"data":1}', headers });
  expect(answer.status).toBe(415);
  expect(answer.json).toMatchObject({ code: 'invalid_request', status: 415 });
});

test('a compressed body is refused, not inflated', async () => {
  const body = gzipSync('{"data":1}');
  const answer = await rest.call('POST', path, { body, headers: { 'content-encoding': 'gzip' } });
  expect(answer.status).toBe(415);
});

test.each(['application/json; charset=UTF-8', 'application/vnd.team+json', 'Application/JSON'])(
  '%s is JSON',
  async (type) => {
    const headers = { 'content-type': type };
    expect(await rest.call('POST', path, { body: '{"data":1}', headers })).toMatchObject({
      status: 201,
    });
  },
);

test('a stranger is told so before the body is looked at', async () => {
  const answer = await rest.call('POST', path, { body: '{"data": ', key: null });
  expect(answer.status).toBe(401);
});
