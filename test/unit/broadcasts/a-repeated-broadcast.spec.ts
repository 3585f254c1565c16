import { expect, test } from '@jest/globals';
import type { BroadcastBody } from '../../../src/protocol/admin/broadcast.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import { administrator, broadcastsOver, FakePublisher } from './fake-publisher.js';

const body: BroadcastBody = { id: 'b1', audience: { channels: ['a', 'b', 'c'] }, data: 'x' };

test('the same id with the same content is a duplicate', async () => {
  const broadcasts = broadcastsOver(new FakePublisher());
  expect(await broadcasts.send(administrator, body)).toMatchObject({ duplicate: false });
  expect(await broadcasts.send(administrator, body)).toMatchObject({ duplicate: true, copies: 3 });
});

test('together stays a duplicate, although the instant is another one by then', async () => {
  let now = 1_000;
  const broadcasts = broadcastsOver(new FakePublisher(), () => (now += 1_000));
  const together: BroadcastBody = { ...body, releaseAt: 'together' };
  await broadcasts.send(administrator, together);
  expect(await broadcasts.send(administrator, together)).toMatchObject({ duplicate: true });
});

test('the same id with other content is a conflict', async () => {
  const broadcasts = broadcastsOver(new FakePublisher());
  await broadcasts.send(administrator, body);
  const other = broadcasts.send(administrator, { ...body, data: 'y' });
  await expect(other).rejects.toMatchObject({ code: 'id_conflict' });
});

test('a copy with an unknown outcome makes the broadcast unavailable, and a repeat sends what is missing', async () => {
  const publisher = new FakePublisher();
  const broadcasts = broadcastsOver(publisher);
  publisher.failures.set('b', new CarillonError('overloaded', 'Wait.', { retryAfterMs: 1_500 }));

  await expect(broadcasts.send(administrator, body)).rejects.toMatchObject({
    code: 'unavailable',
    hints: { retryAfterMs: 1_500, details: { id: 'b1', copies: 3, sent: 2 } },
  });
  expect(publisher.order).toEqual(['a', 'b', 'c']);

  publisher.failures.clear();
  expect(await broadcasts.send(administrator, body)).toMatchObject({ duplicate: false });
  expect(publisher.copies.size).toBe(3);
});

test('a channel that refuses for good is told as it refused', async () => {
  const publisher = new FakePublisher();
  publisher.failures.set('b', new CarillonError('forbidden', 'Not in the policy.'));
  await expect(broadcastsOver(publisher).send(administrator, body)).rejects.toMatchObject({
    code: 'forbidden',
    hints: { details: { id: 'b1', copies: 3, sent: 2 } },
  });
});

test('what a namespace takes nothing of is refused before anything is stored', async () => {
  const publisher = new FakePublisher();
  publisher.unfit.set('small', new CarillonError('message_too_large', 'Send less.'));
  const audience = { channels: ['a', 'b', 'small:c'] };
  const sent = broadcastsOver(publisher).send(administrator, { ...body, audience });
  await expect(sent).rejects.toMatchObject({ code: 'message_too_large' });
  expect(publisher.order).toEqual([]);
});

test('an error that is not of the contract is not dressed up as one', async () => {
  const publisher = new FakePublisher();
  publisher.publishServer = () => Promise.reject(new TypeError('a defect'));
  await expect(broadcastsOver(publisher).send(administrator, body)).rejects.toThrow('a defect');
});
