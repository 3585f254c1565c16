import { describe, expect, test } from '@jest/globals';
import type { Gap } from '../src/gap.js';
import { admit, type Bench, bench, connected } from './support/client.js';
import { gap, LOBBY, message, overtaking, subscribed } from './support/wire-examples.js';

/** A subscription at p0 that has message 1. */
async function atOne() {
  const made = await connected();
  const channel = made.carillon.channel(LOBBY);
  const offsets: number[] = [];
  const gaps: Gap[] = [];
  channel.onMessage(({ offset }) => offsets.push(offset));
  channel.onGap((told) => gaps.push(told));
  void channel.subscribe();
  await made.time.settle();
  made.time.socket.answer('subscribe', subscribed());
  made.time.socket.push('message', message(1));
  return { made, offsets, gaps };
}

function asked({ time }: Bench) {
  return time.socket.requests('subscribe');
}

function skip(offset: number, position: string) {
  return { channel: LOBBY, from: offset, to: offset, position, reason: 'own' as const };
}

describe('offsets that the server passes over without a word', () => {
  test('are asked for again from the last safe place, and nothing above them is shown before', async () => {
    const { made, offsets, gaps } = await atOne();
    made.time.socket.push('message', message(4));
    expect(asked(made)).toEqual([{ channel: LOBBY }, { channel: LOBBY, since: 'p1' }]);
    made.time.socket.push('message', message(5));
    expect(offsets).toEqual([1]);
    const messages = [2, 3, 4, 5].map((offset) => message(offset));
    made.time.socket.answer('subscribe', subscribed({ messages, position: 'p5' }));
    expect([offsets, gaps]).toEqual([[1, 2, 3, 4, 5], []]);
  });

  test('are told as lost when the answer does not have them either', async () => {
    const { made, offsets, gaps } = await atOne();
    made.time.socket.push('message', message(4));
    const messages = [message(3), message(4)];
    made.time.socket.answer('subscribe', subscribed({ messages, position: 'p4' }));
    expect(offsets).toEqual([1, 3, 4]);
    const told = { after: 'p1', ranges: [[2, 2]], count: 1, reason: 'hole', refill: true };
    expect(gaps).toMatchObject([told]);
  });

  test('are told as lost when the server passes over them a second time', async () => {
    const { made, offsets, gaps } = await atOne();
    made.time.socket.push('message', message(4));
    made.time.socket.answer('subscribe', subscribed({ position: 'p1' }));
    made.time.socket.push('message', message(4));
    expect(asked(made)).toHaveLength(2);
    expect(offsets).toEqual([1, 4]);
    expect(gaps).toMatchObject([{ ranges: [[2, 3]], count: 2, reason: 'hole' }]);
    made.time.socket.push('message', message(6));
    expect(asked(made).at(-1)).toEqual({ channel: LOBBY, since: 'p4' });
  });

  test('below a skip are missed too', async () => {
    const { made } = await atOne();
    made.time.socket.push('skip', skip(3, 'p3'));
    expect(asked(made).at(-1)).toEqual({ channel: LOBBY, since: 'p1' });
  });

  test('of a `$` channel are asked for with a new session', async () => {
    const channel = '$everyone';
    const made = bench();
    const offsets: number[] = [];
    made.carillon.onBroadcast(({ offset }) => offsets.push(offset));
    made.carillon.connect();
    const start = { channel, epoch: 'e1', recovered: true };
    await admit(made, { channels: [{ ...start, position: 'p0' }] });
    for (const offset of [1, 3]) made.time.socket.push('message', message(offset, { channel }));
    await made.time.advance(300);
    expect(made.time.addresses[1]?.auth.since).toEqual({ [channel]: 'p1' });
    await admit(made, { channels: [{ ...start, position: 'p1' }] });
    for (const offset of [2, 3]) made.time.socket.push('message', message(offset, { channel }));
    expect(offsets).toEqual([1, 2, 3]);
  });
});

describe('nothing is missed', () => {
  test('where everything below overtook, was skipped or was told as lost', async () => {
    const { made, offsets, gaps } = await atOne();
    const { socket } = made.time;
    socket.push('message', overtaking(4));
    socket.push('skip', skip(5, 'p1'));
    socket.push('gap', gap({ reason: 'overflow', ranges: [[3, 3]], count: 1, position: 'p1' }));
    socket.push('message', message(2));
    socket.push('message', message(6));
    expect(asked(made)).toHaveLength(1);
    expect([offsets, gaps.length]).toEqual([[1, 4, 2, 6], 1]);
  });

  test('where a skip overtook: what it overtook is still shown', async () => {
    const { made, offsets } = await atOne();
    made.time.socket.push('skip', skip(3, 'p1'));
    made.time.socket.push('message', message(2));
    expect(offsets).toEqual([1, 2]);
  });

  test('where an answer passes over what is not for this session', async () => {
    const { made } = await atOne();
    made.time.socket.push('message', message(3));
    const messages = [message(2), message(6)];
    made.time.socket.answer('subscribe', subscribed({ messages, position: 'p8' }));
    made.time.socket.push('message', message(9));
    expect(asked(made)).toHaveLength(2);
  });
});
