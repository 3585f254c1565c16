import { expect, test } from '@jest/globals';
import { connected } from './support/client.js';
import { LOBBY, message, subscribed } from './support/wire-examples.js';

test('what still comes of an older subscription is not shown before the answer', async () => {
  const made = await connected();
  const channel = made.carillon.channel(LOBBY);
  const offsets: number[] = [];
  channel.onMessage(({ offset }) => offsets.push(offset));
  void channel.subscribe();
  await made.time.settle();
  made.time.socket.push('message', message(9));
  expect(offsets).toEqual([]);
  const reply = subscribed({ messages: [message(8), message(9)], position: 'p9' });
  made.time.socket.answer('subscribe', reply);
  expect(offsets).toEqual([8, 9]);
});
