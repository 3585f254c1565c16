import { expect, test } from '@jest/globals';
import { administrator, broadcastsOver, FakePublisher } from './fake-publisher.js';

test('every channel of the audience gets one copy with the id of the broadcast', async () => {
  const publisher = new FakePublisher();
  const broadcast = await broadcastsOver(publisher).send(administrator, {
    id: 'b1',
    audience: { channels: ['a', 'b', 'a'], except: { users: ['eve', 'eve'] } },
    data: { text: 'hello' },
    priority: 'high',
    ttlMs: 60_000,
    headers: { kind: 'notice' },
  });

  const copy = {
    id: 'b1',
    data: { text: 'hello' },
    priority: 'high',
    ttlMs: 60_000,
    headers: { kind: 'notice' },
    except: ['eve'],
    broadcast: { id: 'b1', receipt: 'none' },
  };
  expect([...publisher.copies]).toEqual([
    ['a b1', copy],
    ['b b1', copy],
  ]);
  expect(broadcast).toMatchObject({ id: 'b1', status: 'sent', copies: 2, duplicate: false });
  expect(broadcast.createdAt).toBeGreaterThan(7_000);
});

test('a broadcast without an id gets one of its own', async () => {
  const publisher = new FakePublisher();
  const send = () =>
    broadcastsOver(publisher).send(administrator, { audience: { everyone: true }, data: 1 });
  const [first, second] = [await send(), await send()];
  expect(first.id).not.toBe(second.id);
  expect(publisher.copies.size).toBe(2);
});

test('a thousand copies are begun in order, and only some are on their way at once', async () => {
  const publisher = new FakePublisher();
  const users = Array.from({ length: 1000 }, (_, index) => `user-${index}`);
  await broadcastsOver(publisher).send(administrator, { audience: { users }, data: 1 });
  expect(publisher.order).toEqual(users.map((user) => `$user:${user}`));
  expect(publisher.mostRunning).toBe(32);
});

test('together is a moment ahead on the cluster clock, the same for all copies', async () => {
  const publisher = new FakePublisher();
  await broadcastsOver(publisher, () => 10_000.5).send(administrator, {
    audience: { channels: ['a', 'b'] },
    data: 1,
    releaseAt: 'together',
  });
  for (const channel of ['a', 'b']) {
    expect(publisher.copyIn(channel)).toMatchObject({ releaseAt: 10_501, releaseTogether: true });
  }
});

test('an instant that the publisher chose passes through as it is', async () => {
  const publisher = new FakePublisher();
  await broadcastsOver(publisher).send(administrator, {
    audience: { everyone: true },
    data: 1,
    releaseAt: 99_999,
  });
  expect(publisher.copyIn('$everyone')).toMatchObject({ releaseAt: 99_999 });
  expect(publisher.copyIn('$everyone')).not.toHaveProperty('releaseTogether');
});

test.each([{ sendAt: 5_001 }, { receipts: 'counts' as const }, { receipts: 'users' as const }])(
  'what is not available yet is refused, not forgotten: %j',
  async (wish) => {
    const publisher = new FakePublisher();
    const sending = broadcastsOver(publisher).send(administrator, {
      audience: { everyone: true },
      data: 1,
      ...wish,
    });
    await expect(sending).rejects.toMatchObject({ code: 'invalid_request' });
    expect(publisher.order).toEqual([]);
  },
);

test('a time to send that has come is now', async () => {
  const broadcast = await broadcastsOver(new FakePublisher()).send(administrator, {
    audience: { everyone: true },
    data: 1,
    sendAt: 5_000,
    receipts: 'none',
  });
  expect(broadcast.status).toBe('sent');
});
