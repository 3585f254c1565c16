import { describe, expect, test } from '@jest/globals';
import { admit, type Bench, bench, connected, reconnect } from './support/client.js';
import { rejectionOf } from './support/rejection.js';
import { LOBBY } from './support/wire-examples.js';

function receipt(id: string, offset = 1) {
  return { id, channel: LOBBY, epoch: 'e1', offset, at: 1, duplicate: false };
}

function ids({ time }: Bench): string[] {
  return time.socket.requests('publish').map(({ id }) => id);
}

const unavailable = { code: 'unavailable', retryable: true };

describe('publishing', () => {
  test('resolves with the place that the message got', async () => {
    const made = await connected();
    const published = made.carillon
      .channel(LOBBY)
      .publish({ hi: 1 }, { id: 'x', priority: 'high', ttlMs: 5, echo: false });
    await made.time.settle();
    expect(made.time.socket.requests('publish')).toEqual([
      { channel: LOBBY, id: 'x', data: { hi: 1 }, priority: 'high', ttlMs: 5, echo: false },
    ]);
    made.time.socket.answer('publish', receipt('x', 7));
    expect(await published).toMatchObject({ id: 'x', offset: 7, duplicate: false });
  });

  test('an unknown outcome is tried again under the same id, within 300 ms at first', async () => {
    const made = await connected();
    made.time.chance = 1;
    const published = made.carillon.channel(LOBBY).publish('a');
    await made.time.settle();
    const [id] = ids(made);
    made.time.socket.refuseRequest('publish', unavailable);
    await made.time.advance(300);
    made.time.socket.refuseRequest('publish', unavailable);
    await made.time.advance(599);
    expect(ids(made)).toEqual([id, id]);
    await made.time.advance(1);
    made.time.socket.answer('publish', { ...receipt(String(id)), duplicate: true });
    expect(await published).toMatchObject({ id, duplicate: true });
  });

  test('the wait that the server names is kept', async () => {
    const made = await connected();
    void made.carillon.channel(LOBBY).publish('a');
    await made.time.settle();
    const limited = { code: 'rate_limited', retryable: true, retryAfterMs: 4_000 };
    made.time.socket.refuseRequest('publish', limited);
    await made.time.advance(3_999);
    expect(ids(made)).toHaveLength(1);
    await made.time.advance(301);
    expect(ids(made)).toHaveLength(2);
  });

  test('silence and a cut connection are unknown outcomes too', async () => {
    const made = await connected();
    const published = made.carillon.channel(LOBBY).publish('a', { id: 'x' });
    await made.time.advance(10_000);
    await made.time.advance(300);
    expect(ids(made)).toEqual(['x', 'x']);
    await reconnect(made);
    expect(ids(made)).toEqual(['x']);
    made.time.socket.answer('publish', receipt('x'));
    expect(await published).toMatchObject({ id: 'x' });
  });

  test('many are under way in a channel while all goes well, up to a bound', async () => {
    const made = await connected();
    const channel = made.carillon.channel(LOBBY);
    const sent = Array.from({ length: 40 }, (_, index) => `m${index}`);
    for (const id of sent) void channel.publish(id, { id });
    expect(ids(made)).toEqual(sent.slice(0, 32));
    made.time.socket.answer('publish', receipt('m0'));
    expect(ids(made)).toEqual(sent.slice(0, 33));
  });

  test('one that must be tried again holds its channel, and no other', async () => {
    const made = await connected();
    const channel = made.carillon.channel(LOBBY);
    for (const id of ['a', 'b']) void channel.publish(id, { id });
    made.time.socket.refuseRequest('publish', unavailable);
    void channel.publish('c', { id: 'c' });
    void made.carillon.channel('chat:other').publish('x', { id: 'x' });
    // The answer of what is still under way is waited for, too.
    await made.time.advance(300);
    expect(ids(made)).toEqual(['a', 'b', 'x']);
    made.time.socket.answer('publish', receipt('b'));
    expect(ids(made)).toEqual(['a', 'b', 'x', 'a']);
    made.time.socket.answer('publish', receipt('x'));
    made.time.socket.answer('publish', receipt('a'));
    expect(ids(made)).toEqual(['a', 'b', 'x', 'a', 'c']);
  });

  test('after a cut those without an outcome go first, one at a time, in their order', async () => {
    const made = await connected();
    const channel = made.carillon.channel(LOBBY);
    for (const id of ['a', 'b', 'c']) void channel.publish(id, { id });
    made.time.socket.answer('publish', receipt('a'));
    await reconnect(made);
    for (const id of ['d', 'e']) void channel.publish(id, { id });
    expect(ids(made)).toEqual(['b']);
    made.time.socket.answer('publish', receipt('b'));
    expect(ids(made)).toEqual(['b', 'c']);
    made.time.socket.answer('publish', receipt('c'));
    expect(ids(made)).toEqual(['b', 'c', 'd', 'e']);
  });

  test('the longest of several waits that the server names is kept', async () => {
    const made = await connected();
    const channel = made.carillon.channel(LOBBY);
    for (const id of ['a', 'b']) void channel.publish(id, { id });
    for (const retryAfterMs of [4_000, 1_000]) {
      const limited = { code: 'rate_limited', retryable: true, retryAfterMs };
      made.time.socket.refuseRequest('publish', limited);
    }
    await made.time.advance(3_999);
    expect(ids(made)).toEqual(['a', 'b']);
    await made.time.advance(301);
    expect(ids(made)).toEqual(['a', 'b', 'a']);
  });

  test('what is urgent goes before what waits', async () => {
    const made = bench();
    const channel = made.carillon.channel(LOBBY);
    for (const id of ['a', 'b']) void channel.publish(id, { id });
    void channel.publish('!', { id: 'c', priority: 'critical' });
    made.carillon.connect();
    await admit(made);
    expect(ids(made)).toEqual(['c', 'a', 'b']);
  });

  test('a definite refusal rejects at once, and the next one goes', async () => {
    const made = await connected();
    const channel = made.carillon.channel(LOBBY);
    const refused = channel.publish('a', { id: 'a' });
    void channel.publish('b', { id: 'b' });
    await made.time.settle();
    made.time.socket.refuseRequest('publish', { code: 'forbidden', retryable: false });
    await expect(refused).rejects.toMatchObject({ code: 'forbidden', outcome: 'failed' });
    expect(ids(made)).toEqual(['a', 'b']);
  });

  test('a refusal after an unknown try is unknown', async () => {
    const made = await connected();
    const refused = made.carillon.channel(LOBBY).publish('a');
    await made.time.settle();
    made.time.socket.refuseRequest('publish', unavailable);
    await made.time.advance(300);
    made.time.socket.refuseRequest('publish', { code: 'forbidden', retryable: false });
    await expect(refused).rejects.toMatchObject({ code: 'forbidden', outcome: 'unknown' });
  });

  test('nothing is sent again when the server may have forgotten the id: it is unknown', async () => {
    const made = await connected();
    const published = made.carillon.channel(LOBBY).publish('a', { id: 'x' });
    const outcome = rejectionOf(published);
    await made.time.settle();
    made.time.socket.cut();
    await made.time.advance(300);
    // The server cannot be reached until the window is over.
    await made.time.advance(600_000);
    expect(await outcome).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    await admit(made);
    expect(ids(made)).toEqual([]);
  });

  test('time that passed in sleep counts: the server says what time it is', async () => {
    const made = await connected();
    const published = made.carillon.channel(LOBBY).publish('a', { id: 'x' });
    const outcome = rejectionOf(published);
    await made.time.settle();
    await reconnect(made, { serverTime: 1_700_000_000_000 + 3_600_000 });
    expect(await outcome).toMatchObject({ outcome: 'unknown' });
    expect(ids(made)).toEqual([]);
  });

  test('what never was stored for sure has failed', async () => {
    const made = await connected({}, { limits: limits({ dedupSeconds: 10 }) });
    const published = made.carillon.channel(LOBBY).publish('a');
    const outcome = rejectionOf(published);
    await made.time.settle();
    const limited = { code: 'rate_limited', retryable: true, retryAfterMs: 60_000 };
    made.time.socket.refuseRequest('publish', limited);
    await made.time.advance(10_000);
    expect(await outcome).toMatchObject({ outcome: 'failed' });
  });

  test('waits in a bounded outbox while offline', async () => {
    const made = bench({ outbox: { messages: 2 } });
    const channel = made.carillon.channel(LOBBY);
    for (const id of ['a', 'b']) void channel.publish(id, { id });
    const full = { code: 'overloaded', outcome: 'failed' };
    await expect(channel.publish('c')).rejects.toMatchObject(full);
    const small = bench({ outbox: { bytes: 10 } });
    await expect(small.carillon.channel(LOBBY).publish('x'.repeat(9))).rejects.toMatchObject(full);
    made.carillon.connect();
    await admit(made);
    expect(ids(made)).toEqual(['a', 'b']);
  });

  test('is refused here when the server would have to close the connection over it', async () => {
    const made = await connected({}, { limits: limits({ maxMessageBytes: 5 }) });
    const long = made.carillon.channel(LOBBY).publish('abcd');
    await expect(long).rejects.toMatchObject({ code: 'message_too_large', outcome: 'failed' });
    expect(ids(made)).toEqual([]);
  });

  test('goes by the limits of the namespace that it is published in', async () => {
    const namespaces = { chat: { maxMessageBytes: 5, dedupSeconds: 600, publishPerSecond: 50 } };
    const made = await connected({}, { limits: { ...limits({}), namespaces } });
    const long = made.carillon.channel(LOBBY).publish('abcd');
    await expect(long).rejects.toMatchObject({ code: 'message_too_large', outcome: 'failed' });
    void made.carillon.channel('constructor:lobby').publish('abcd', { id: 'other' });
    await made.time.settle();
    expect(ids(made)).toEqual(['other']);
  });

  test('is not sent again when its namespace may have forgotten it', async () => {
    const namespaces = { chat: { maxMessageBytes: 500, dedupSeconds: 2, publishPerSecond: 50 } };
    const made = await connected({}, { limits: { ...limits({}), namespaces } });
    const outcomes: unknown[] = [];
    const outcome = rejectionOf(made.carillon.channel(LOBBY).publish('a', { id: 'x' }));
    void outcome.then((error) => outcomes.push(error));
    await made.time.settle();
    expect(ids(made)).toEqual(['x']);
    await made.time.advance(2_000);
    expect(outcomes).toMatchObject([{ outcome: 'unknown' }]);
  });

  test('after a refusal of the connection nothing waits', async () => {
    const made = bench();
    const waiting = made.carillon.channel(LOBBY).publish('a');
    made.carillon.connect();
    await made.time.settle();
    made.time.socket.refuse({ code: 'unauthenticated', message: 'no', retryable: false });
    const refusal = { code: 'unauthenticated', outcome: 'failed' };
    await expect(waiting).rejects.toMatchObject(refusal);
    await expect(made.carillon.channel(LOBBY).publish('b')).rejects.toMatchObject(refusal);
  });

  test('a broker that is back is tried within 300 ms', async () => {
    const made = await connected();
    void made.carillon.channel(LOBBY).publish('a', { id: 'x' });
    await made.time.settle();
    made.time.socket.push('status', { state: 'degraded', since: 1 });
    const wait = { code: 'unavailable', retryable: true, retryAfterMs: 30_000 };
    made.time.socket.refuseRequest('publish', wait);
    made.time.socket.push('status', { state: 'ok', since: 2 });
    await made.time.advance(300);
    expect(ids(made)).toEqual(['x', 'x']);
  });

  test('closing waits a moment for what is under way', async () => {
    const made = await connected();
    const channel = made.carillon.channel(LOBBY);
    const answered = channel.publish('a', { id: 'a' });
    await made.time.settle();
    const closed = made.carillon.close();
    made.time.socket.answer('publish', receipt('a'));
    expect(await answered).toMatchObject({ id: 'a' });
    await closed;
    expect(made.carillon.state).toBe('idle');
  });

  test('closing tells what is unknown and what has failed', async () => {
    const made = await connected();
    const channel = made.carillon.channel(LOBBY);
    const limited = rejectionOf(channel.publish('a'));
    const sent = rejectionOf(channel.publish('b'));
    const refusal = { code: 'rate_limited', retryable: true, retryAfterMs: 60_000 };
    made.time.socket.refuseRequest('publish', refusal);
    const waiting = rejectionOf(channel.publish('c'));
    const closed = made.carillon.close();
    await made.time.advance(2_000);
    await closed;
    for (const failed of [limited, waiting]) {
      expect(await failed).toMatchObject({ code: 'closed', outcome: 'failed' });
    }
    expect(await sent).toMatchObject({ code: 'closed', outcome: 'unknown' });
  });
});

function limits(change: { dedupSeconds?: number; maxMessageBytes?: number }) {
  return {
    maxMessageBytes: 65_536,
    channels: 200,
    dedupSeconds: 600,
    publishPerSecond: 50,
    ...change,
  };
}
