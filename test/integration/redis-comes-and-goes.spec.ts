import { expect, test } from '@jest/globals';
import { connect, connecting } from '../support/client.js';
import { startCarillon } from '../support/carillon-process.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { tokenFor } from '../support/token.js';
import { rest } from './rest-call.js';
import { upgrade } from './upgrade.js';

describeWithRedis('an instance', () => {
  test('starts without Redis, says so, and is ready by itself once Redis is there', async () => {
    const port = await freePort();
    const server = await startCarillon({
      redisUrl: `redis://127.0.0.1:${port}`,
      waitReady: false,
    });
    const health = (path: string) => rest(server, 'GET', `/health/${path}`, { key: null });
    expect(await health('live')).toMatchObject({ status: 200 });
    expect(await health('ready')).toMatchObject({ status: 503, json: { code: 'unavailable' } });
    const refusal = await upgrade(server.url);
    expect(refusal).toMatchObject({ status: 503, body: { code: 'unavailable', retryable: true } });
    expect(Number(refusal?.headers['retry-after'])).toBeGreaterThan(0);
    const body = { data: 1 };
    const path = '/v1/channels/chat:a/messages';
    expect(await rest(server, 'POST', path, { body })).toMatchObject({
      status: 503,
      json: { code: 'unavailable' },
    });

    const token = await tokenFor(server.secret, { sub: 'ann' });
    const early = connecting(server.url, { token });
    await early.until(() => early.refusal !== null, 'a refusal');
    await startRedis({ port });
    await eventually('ready', async () => (await health('ready')).status === 200);
    await early.until(() => early.sessions.length === 1, 'a session without doing anything');
    await early.ask('subscribe', { channel: 'chat:a' });
    expect(await rest(server, 'POST', path, { body })).toMatchObject({ status: 201 });
    await early.until(() => early.received.length === 1, 'the message');
  });

  test('keeps its clients while Redis is away, and tells them', async () => {
    const first = await startRedis();
    const server = await startCarillon({ redisUrl: first.url });
    const ann = await connect(server.url, { token: await tokenFor(server.secret, { sub: 'ann' }) });
    const channel = 'chat:away';
    await ann.ask('subscribe', { channel });
    await ann.ask('publish', { channel, id: 'before', data: 1 });
    await ann.until(() => ann.received.length === 1, 'a message');

    const goneAt = performance.now();
    first.kill('SIGKILL');
    await ann.until(() => ann.all('status').length === 1, 'degraded', 5_000);
    expect(performance.now() - goneAt).toBeLessThan(2_500);
    expect(ann.all('status')).toMatchObject([{ state: 'degraded' }]);
    const ready = () => rest(server, 'GET', '/health/ready', { key: null });
    expect(await ready()).toMatchObject({ status: 503 });
    expect(await ann.request('publish', { channel, id: 'away', data: 1 })).toMatchObject({
      ok: false,
      error: { code: 'unavailable', retryable: true },
    });
    for (const [event, payload] of Object.entries({
      subscribe: { channel: 'chat:other' },
      history: { channel },
      presence: { channel },
    })) {
      expect(await ann.request(event, payload)).toMatchObject({
        ok: false,
        error: { code: 'unavailable', retryable: true },
      });
    }

    await startRedis({ port: first.port });
    await ann.until(() => ann.all('status').length === 2, 'ok again', 10_000);
    expect(ann.all('status')[1]).toMatchObject({ state: 'ok' });
    expect(await ready()).toMatchObject({ status: 200 });
    // A new Redis is another history: the loss is told once, and what comes next arrives.
    const gaps = () => ann.all('gap').filter((gap) => gap.channel === channel);
    await ann.until(() => gaps().length > 0, 'the gap');
    await ann.ask('publish', { channel, id: 'back', data: 1 });
    await ann.until(() => ann.received.length === 2, 'the next message');
    expect(ann.received[1]).toMatchObject({ id: 'back', offset: 1 });
    expect(gaps()).toMatchObject([{ reason: 'epoch', ranges: null, count: null }]);
    // Its `$` channels began anew as well.
    for (const { reason } of ann.all('gap')) expect(reason).toBe('epoch');
    expect(ann.disconnects).toEqual([]);
    expect(ann.sessions.length).toBe(1);
  });

  test('loses nothing when Redis only stalls', async () => {
    const redis = await startRedis();
    const server = await startCarillon({ redisUrl: redis.url });
    const ann = await connect(server.url, { token: await tokenFor(server.secret, { sub: 'ann' }) });
    const channel = 'chat:stall';
    await ann.ask('subscribe', { channel });
    await ann.ask('publish', { channel, id: 'before', data: 1 });
    redis.kill('SIGSTOP');
    await ann.until(() => ann.all('status').length === 1, 'degraded');
    const answer = await ann.request('publish', { channel, id: 'stalled', data: 1 });
    expect(answer).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    redis.kill('SIGCONT');
    await ann.until(() => ann.all('status').at(-1)?.state === 'ok', 'ok again');
    // Its outcome was unknown: the repeat stores it now, or answers with what was stored.
    await ann.ask('publish', { channel, id: 'stalled', data: 1 });
    await ann.ask('publish', { channel, id: 'after', data: 1 });
    await ann.until(() => ann.received.length === 3, 'three messages');
    expect(ann.received.map(({ id }) => id)).toEqual(['before', 'stalled', 'after']);
    expect(ann.all('gap')).toEqual([]);
  });
});
