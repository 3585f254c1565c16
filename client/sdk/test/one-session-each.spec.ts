import { describe, expect, test } from '@jest/globals';
import { type Bench, connected, reconnect } from './support/client.js';
import { rejectionOf } from './support/rejection.js';
import { LOBBY, message, subscribed } from './support/wire-examples.js';

const CLOSING = {
  code: 'draining',
  message: 'moving',
  reconnect: true,
  retryAfterMs: 100,
} as const;

/** Reads and sets that may be made twice without harm. */
const REPEATABLE = ['history', 'presence', 'presence.update'] as const;

async function followed(made: Bench) {
  const channel = made.carillon.channel(LOBBY);
  const offsets: number[] = [];
  channel.onMessage(({ offset }) => offsets.push(offset));
  const started = channel.subscribe();
  await made.time.settle();
  made.time.socket.answer('subscribe', subscribed());
  await started;
  return { channel, offsets };
}

function commands({ time }: Bench): string[] {
  return time.socket.sent.map(({ name }) => name).filter((name) => name !== 'clock');
}

async function askAll(made: Bench) {
  const channel = made.carillon.channel(LOBBY);
  const asked = [channel.history(), channel.presence(), channel.updatePresence(1)];
  await made.time.settle();
  return asked;
}

describe('a request to follow no more', () => {
  test('that an instance drains away from is not made of the next session', async () => {
    const made = await connected();
    const { channel, offsets } = await followed(made);
    const left = channel.unsubscribe();
    made.time.socket.push('closing', CLOSING);
    const again = channel.subscribe();
    await reconnect(made);
    expect(commands(made)).toEqual(['subscribe']);
    made.time.socket.answer('subscribe', subscribed());
    await Promise.all([left, again]);
    made.time.socket.push('message', message(1));
    expect([made.carillon.state, offsets]).toEqual(['connected', [1]]);
  });

  test('that is cut off is not made of the next session', async () => {
    const made = await connected();
    const { channel } = await followed(made);
    const left = channel.unsubscribe();
    made.time.socket.cut();
    void channel.subscribe();
    await reconnect(made);
    expect(commands(made)).toEqual(['subscribe']);
    await left;
  });

  test('that is made without a session resolves, and none is asked', async () => {
    const made = await connected();
    const { channel } = await followed(made);
    made.time.socket.cut();
    await channel.unsubscribe();
    await reconnect(made);
    expect(commands(made)).toEqual([]);
  });

  test('and at once to follow again goes out in that order, and whichever answer is first it follows', async () => {
    for (const order of [
      ['unsubscribe', 'subscribe'] as const,
      ['subscribe', 'unsubscribe'] as const,
    ]) {
      const made = await connected();
      const { channel, offsets } = await followed(made);
      const left = channel.unsubscribe();
      const again = channel.subscribe();
      await made.time.settle();
      expect(commands(made)).toEqual(['subscribe', 'unsubscribe', 'subscribe']);
      for (const name of order) {
        if (name === 'subscribe') made.time.socket.answer('subscribe', subscribed());
        else made.time.socket.answer('unsubscribe', { channel: LOBBY });
        await made.time.settle();
      }
      await Promise.all([left, again]);
      made.time.socket.push('message', message(1));
      expect(offsets).toEqual([1]);
    }
  });
});

describe('a request that is cut together with its connection', () => {
  test('is made again of the next session, and answered', async () => {
    const made = await connected();
    const [history, presence, update] = await askAll(made);
    await reconnect(made);
    expect(commands(made)).toEqual(REPEATABLE);
    made.time.socket.answer('history', { messages: [], more: false, position: 'p0' });
    made.time.socket.answer('presence', { members: [], total: 0 });
    made.time.socket.answer('presence.update', {});
    expect(await history).toMatchObject({ position: 'p0' });
    expect(await presence).toMatchObject({ total: 0 });
    await expect(update).resolves.toBeUndefined();
  });

  test('ends at its deadline, however many connections were cut by then', async () => {
    const made = await connected({ timeouts: { requestMs: 1_000 } });
    const outcomes = (await askAll(made)).map(rejectionOf);
    await reconnect(made);
    made.time.socket.cut();
    await made.time.advance(699);
    let settled = 0;
    for (const outcome of outcomes) void outcome.then(() => (settled += 1));
    await made.time.settle();
    expect(settled).toBe(0);
    await made.time.advance(1);
    expect(await Promise.all(outcomes)).toMatchObject(
      REPEATABLE.map(() => ({ code: 'unavailable' })),
    );
  });

  test('is not made again when the server itself said that it cannot be had', async () => {
    const made = await connected();
    const [history] = await askAll(made);
    made.time.socket.refuseRequest('history', { code: 'unavailable', retryable: true });
    await expect(history).rejects.toMatchObject({ code: 'unavailable' });
  });
});
