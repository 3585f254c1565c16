import { describe, expect, test } from '@jest/globals';
import type { Gap } from '../src/gap.js';
import { MemoryStore } from '../src/store.js';
import { admit, bench, connected } from './support/client.js';
import { LOBBY, message, session, subscribed } from './support/wire-examples.js';

const malformed = { code: 'invalid_request', retryable: false };

function record(position: string) {
  const cursor = { epoch: 'e1', position, through: 4, isExact: true, overtakers: [], lost: [] };
  return { version: 1, record: { cursor, held: [] } };
}

async function durable(stored: unknown) {
  const store = new MemoryStore();
  await store.save(`cursor:${LOBBY}`, stored);
  const made = await connected({ store });
  const channel = made.carillon.channel(LOBBY, { durable: true, rewind: 3 });
  const offsets: number[] = [];
  const gaps: Gap[] = [];
  channel.onMessage(({ offset }) => offsets.push(offset));
  channel.onGap((told) => gaps.push(told));
  const started = channel.subscribe();
  await made.time.settle();
  return { made, store, started, offsets, gaps };
}

describe('a stored place', () => {
  test('that the server cannot read is dropped, and the loss is told', async () => {
    const { made, started, offsets, gaps } = await durable(record('garbage'));
    made.time.socket.refuseRequest('subscribe', malformed);
    expect(made.time.socket.requests('subscribe')).toEqual([
      { channel: LOBBY, since: 'garbage', rewind: 3 },
      { channel: LOBBY, rewind: 3 },
    ]);
    made.time.socket.answer('subscribe', subscribed({ messages: [message(2)], position: 'p2' }));
    expect(await started).toEqual({ recovered: false, behind: 0 });
    expect(gaps).toMatchObject([{ after: 'garbage', reason: 'unreadable', ranges: null }]);
    expect(offsets).toEqual([2]);
  });

  test.each([
    ['of no known version', { version: 9 }],
    ['that is no record', 'p4'],
    ['with half a record', { version: 1, record: { cursor: {}, held: [] } }],
  ])('%s is dropped, and the loss is told', async (_what, stored) => {
    const { made, store, started, gaps } = await durable(stored);
    expect(made.time.socket.requests('subscribe')).toEqual([{ channel: LOBBY, rewind: 3 }]);
    made.time.socket.answer('subscribe', subscribed({ position: 'p2' }));
    expect(await started).toEqual({ recovered: false, behind: 0 });
    expect(gaps).toMatchObject([{ after: '', reason: 'unreadable' }]);
    await made.time.settle();
    expect(await store.load(`cursor:${LOBBY}`)).toMatchObject({
      record: { cursor: { position: 'p2' } },
    });
  });

  test('of a `$` channel that the server cannot read does not keep the client out', async () => {
    const store = new MemoryStore();
    await store.save('cursors', { $everyone: record('garbage') });
    const made = bench({ store });
    const gaps: Gap[] = [];
    made.carillon.onGap((told) => gaps.push(told));
    made.carillon.connect();
    await made.time.settle();
    made.time.socket.refuse({ ...malformed, message: 'A position in `since` is malformed.' });
    await made.time.advance(300);
    expect(made.time.addresses.map(({ auth }) => auth.since)).toEqual([
      { $everyone: 'garbage' },
      {},
    ]);
    const start = { channel: '$everyone', epoch: 'e1', recovered: true, position: 'p9' };
    await admit(made, session({ channels: [start] }));
    expect(made.carillon.state).toBe('connected');
    expect(gaps).toMatchObject([{ channel: '$everyone', reason: 'unreadable', after: 'garbage' }]);
  });

  test('that the application gave is its own to mend', async () => {
    const made = await connected();
    const started = made.carillon.channel(LOBBY, { since: 'garbage' }).subscribe();
    await made.time.settle();
    made.time.socket.refuseRequest('subscribe', malformed);
    await expect(started).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
