import { describe, expect, test } from '@jest/globals';
import type { Gap } from '../src/gap.js';
import { MemoryStore } from '../src/store.js';
import { admit, type Bench, bench, connected, reconnect } from './support/client.js';
import { Disk } from './support/disk.js';
import { following, listen } from './support/following.js';
import { gap, LOBBY, message, overtaking, session, subscribed } from './support/wire-examples.js';

describe('subscribing', () => {
  test('the answer brings its messages first, then the pushes follow in the same turn', async () => {
    const made = await connected();
    const { channel, offsets } = listen(made, { rewind: 10 });
    const started = channel.subscribe();
    await made.time.settle();
    expect(made.time.socket.requests('subscribe')).toEqual([{ channel: LOBBY, rewind: 10 }]);
    const reply = subscribed({ messages: [message(1), message(2)], position: 'p2', behind: 1 });
    made.time.socket.answer('subscribe', reply);
    made.time.socket.push('message', message(3, { replayed: true }));
    expect(offsets).toEqual([1, 2, 3]);
    expect(await started).toEqual({ recovered: true, behind: 1 });
  });

  test('waits for the connection', async () => {
    const made = bench();
    const { channel } = listen(made);
    const started = channel.subscribe();
    made.carillon.connect();
    await admit(made);
    made.time.socket.answer('subscribe', subscribed());
    expect(await started).toEqual({ recovered: true, behind: 0 });
  });

  test('every reconnect goes on from the last position, without the rewind', async () => {
    const made = await connected();
    const { offsets } = await following(made, { rewind: 5 });
    made.time.socket.push('message', message(1));
    made.time.socket.push('message', overtaking(3));
    await reconnect(made);
    expect(made.time.socket.requests('subscribe')).toEqual([{ channel: LOBBY, since: 'p1' }]);
    const missed = [message(2), message(3), message(4)];
    made.time.socket.answer('subscribe', subscribed({ messages: missed, position: 'p4' }));
    expect(offsets).toEqual([1, 3, 2, 4]);
  });

  test('it is catching up until the last of what it is behind has come', async () => {
    const made = await connected();
    await following(made);
    await reconnect(made);
    expect(made.carillon.state).toBe('catching up');
    made.time.socket.answer('subscribe', subscribed({ behind: 3 }));
    made.time.socket.push('message', message(1, { replayed: true }));
    made.time.socket.push('skip', {
      channel: LOBBY,
      from: 2,
      to: 2,
      position: 'p2',
      reason: 'own',
    });
    expect(made.carillon.state).toBe('catching up');
    made.time.socket.push('message', message(3, { replayed: true }));
    expect(made.carillon.state).toBe('connected');
  });

  test('catching up ends though less came than was announced', async () => {
    const made = await connected();
    await following(made);
    await reconnect(made);
    made.time.socket.answer('subscribe', subscribed({ behind: 3 }));
    await made.time.advance(5_000);
    expect(made.carillon.state).toBe('connected');
  });

  test('what cannot be recovered is told once, and the next resume starts after it', async () => {
    const made = await connected();
    const { gaps, offsets } = await following(made);
    await reconnect(made);
    const lost = gap({ position: 'p2' });
    const reply = { recovered: false, gap: lost, messages: [message(3)], position: 'p3' };
    made.time.socket.answer('subscribe', subscribed(reply));
    await reconnect(made);
    expect(made.time.socket.requests('subscribe')).toEqual([{ channel: LOBBY, since: 'p3' }]);
    made.time.socket.answer('subscribe', subscribed({ position: 'p3' }));
    expect(gaps).toEqual([lost]);
    expect(offsets).toEqual([3]);
  });

  test('what comes before the answer belongs to an older subscription, and comes again', async () => {
    const made = await connected();
    const { channel, offsets } = await following(made);
    await channelEnded(made, channel);
    const again = channel.subscribe();
    await made.time.settle();
    made.time.socket.push('message', message(1));
    made.time.socket.answer('subscribe', subscribed({ messages: [message(1)], position: 'p1' }));
    await again;
    expect(offsets).toEqual([1]);
  });

  test('a definite refusal rejects and is told, a temporary one is tried again', async () => {
    const made = await connected();
    const { channel, errors } = listen(made);
    const started = channel.subscribe();
    await made.time.settle();
    const wait = { code: 'overloaded', retryable: true, retryAfterMs: 1_000 };
    made.time.socket.refuseRequest('subscribe', wait);
    await made.time.advance(999);
    expect(made.time.socket.requests('subscribe')).toHaveLength(1);
    await made.time.advance(301);
    expect(made.time.socket.requests('subscribe')).toHaveLength(2);
    made.time.socket.refuseRequest('subscribe', { code: 'forbidden', retryable: false });
    await expect(started).rejects.toMatchObject({ code: 'forbidden' });
    expect(errors.map(({ code }) => code)).toEqual(['forbidden']);
  });

  test('a channel that the server takes away is told and not asked for again', async () => {
    const made = await connected();
    const { errors } = await following(made);
    made.time.socket.push('unsubscribed', {
      channel: LOBBY,
      code: 'forbidden',
      message: 'no more',
    });
    expect(errors.map(({ code }) => code)).toEqual(['forbidden']);
    await reconnect(made);
    expect(made.time.socket.requests('subscribe')).toEqual([]);
    expect(made.carillon.state).toBe('connected');
  });

  test('unsubscribing forgets the place, so that the next start is a new one', async () => {
    const made = await connected();
    const { channel, offsets } = await following(made);
    made.time.socket.push('message', message(1));
    await channelEnded(made, channel);
    made.time.socket.push('message', message(2));
    const again = channel.subscribe();
    await made.time.settle();
    expect(made.time.socket.requests('subscribe').at(-1)).toEqual({ channel: LOBBY });
    made.time.socket.answer('subscribe', subscribed({ messages: [message(1)], position: 'p1' }));
    await again;
    expect(offsets).toEqual([1, 1]);
  });

  test('a durable channel goes on after a restart and shows nothing twice', async () => {
    const disk = new Disk();
    const run = disk.run();
    const first = await connected({ store: run });
    await following(first, { durable: true });
    first.time.socket.push('message', message(1));
    first.time.socket.push('message', overtaking(3));
    await first.time.settle();
    run.crash();
    const second = await connected({ store: disk.run() });
    const { channel, offsets } = listen(second, { durable: true });
    void channel.subscribe();
    await second.time.settle();
    expect(second.time.socket.requests('subscribe')).toEqual([{ channel: LOBBY, since: 'p1' }]);
    const messages = [1, 2, 3].map((offset) => message(offset));
    second.time.socket.answer('subscribe', subscribed({ messages, position: 'p3' }));
    expect(offsets).toEqual([2]);
  });

  test('presence that was set is said again in the next session', async () => {
    const made = await connected();
    const { channel } = await following(made);
    const said = channel.updatePresence({ typing: true });
    made.time.socket.answer('presence.update', {});
    await said;
    await reconnect(made);
    made.time.socket.answer('subscribe', subscribed());
    const request = { channel: LOBBY, state: { typing: true } };
    expect(made.time.socket.requests('presence.update')).toEqual([request]);
  });

  test('a reply is handed over without the envelope it came in', async () => {
    const made = await connected();
    const asked = made.carillon.channel(LOBBY).presence();
    made.time.socket.answer('presence', { members: [], total: 0 });
    expect(await asked).toEqual({ members: [], total: 0 });
  });

  test('a name that no channel can have is refused here', () => {
    const { carillon } = bench();
    expect(() => carillon.channel('$everyone')).toThrow(/No channel can have the name/);
    expect(carillon.channel('a')).toBe(carillon.channel('a'));
  });
});

describe('the channels of the server', () => {
  const everyone = { channel: '$everyone', epoch: 'e1', recovered: true };

  test('go on from their positions with the next handshake', async () => {
    const made = await connected({}, { channels: [{ ...everyone, position: 'p4' }] });
    const heard: number[] = [];
    made.carillon.onBroadcast(({ offset }) => heard.push(offset));
    made.time.socket.push('message', message(5, { channel: '$everyone' }));
    await reconnect(made);
    expect(made.time.addresses[1]?.auth.since).toEqual({ $everyone: 'p5' });
    expect(heard).toEqual([5]);
  });

  test('tell what was lost', async () => {
    const lost = gap({ channel: '$everyone' });
    const made = bench();
    const gaps: Gap[] = [];
    made.carillon.onGap((one) => gaps.push(one));
    made.carillon.connect();
    await admit(made, { channels: [{ ...everyone, recovered: false, position: 'p2', gap: lost }] });
    expect(gaps).toEqual([lost]);
  });
});

describe('a message with an instant', () => {
  const start = session().serverTime;

  test('is shown then and not before, while others pass', async () => {
    const made = await connected();
    const { offsets } = await following(made);
    made.time.socket.push('message', message(1, { releaseAt: start + 500 }));
    made.time.socket.push('message', message(2));
    expect(offsets).toEqual([2]);
    await made.time.advance(499);
    expect(offsets).toEqual([2]);
    await made.time.advance(1);
    expect(offsets).toEqual([2, 1]);
  });

  test('is shown at once when the instant has passed', async () => {
    const made = await connected();
    const { offsets } = await following(made);
    made.time.socket.push('message', message(1, { releaseAt: start }));
    expect(offsets).toEqual([1]);
  });

  test('is shown though its channel was left and followed again and the store cannot be read', async () => {
    const broken = () => Promise.reject(new Error('broken'));
    const made = await connected({ store: { load: broken, save: broken, remove: broken } });
    const { channel, offsets } = await following(made, { durable: true });
    made.time.socket.push('message', message(1, { releaseAt: start + 500 }));
    await channelEnded(made, channel);
    await made.time.advance(600);
    expect(offsets).toEqual([]);
    const again = channel.subscribe();
    await made.time.settle();
    made.time.socket.answer('subscribe', subscribed({ position: 'p1' }));
    await again;
    await made.time.advance(0);
    expect(offsets).toEqual([1]);
  });

  test('is not lost by a restart while it is held, nor shown twice', async () => {
    const store = new MemoryStore();
    const first = await connected({ store });
    const before = await following(first, { durable: true });
    first.time.socket.push('message', message(1, { releaseAt: start + 500 }));
    await first.carillon.close();
    const second = await connected({ store });
    const { channel, offsets } = listen(second, { durable: true });
    void channel.subscribe();
    await second.time.settle();
    second.time.socket.answer('subscribe', subscribed({ position: 'p1' }));
    await second.time.advance(500);
    expect([before.offsets, offsets]).toEqual([[], [1]]);
  });
});

async function channelEnded(made: Bench, channel: { unsubscribe(): Promise<void> }): Promise<void> {
  const ended = channel.unsubscribe();
  await made.time.settle();
  made.time.socket.answer('unsubscribe', { channel: LOBBY });
  await ended;
}
